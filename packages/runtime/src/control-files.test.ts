import path from "node:path";
import { parseConfig, type Config } from "@rollcall/contract";
import { expect, test } from "vitest";
import { controlFiles } from "./control-files.ts";

function configWith(rollcall: string): Config {
  const text = `model_list: [{model_name: a, litellm_params: {model: openai/m, api_base: "http://g"}}]\nrollcall: ${rollcall}\n`;
  const { config } = parseConfig({ main: { file: "config.yaml", text }, included: [] }, {});
  if (config === null) throw new Error("wrong config");
  return config;
}
const SILENT = configWith("{}");

test("where the config names a state file, they lie beside it", () => {
  const config = configWith("{state: {file: ../run/state.json}}");
  expect(controlFiles(config, "/etc/rollcall/config.yaml", { STATE_DIRECTORY: "/elsewhere" })).toEqual({
    directory: "/etc/run/control",
    socket: "/etc/run/control/control.sock",
    token: "/etc/run/control/token",
    database: "/etc/run/control/keys.sqlite",
  });
});

test.each([
  [{ STATE_DIRECTORY: "/var/lib/rollcall", XDG_STATE_HOME: "/s" }, "/var/lib/rollcall"],
  [{ XDG_STATE_HOME: "/s", HOME: "/home/a", XDG_RUNTIME_DIR: "/run/user/1" }, "/s/rollcall"],
  [{ HOME: "/home/a" }, "/home/a/.local/state/rollcall"],
])("with %j they lie in %s, which outlives the machine's next start", (env, directory) => {
  const files = controlFiles(SILENT, "/etc/rollcall/config.yaml", env);
  expect(path.dirname(files.directory)).toBe(directory);
  expect(path.basename(files.directory)).toMatch(/^control-[0-9a-f]{12}$/);
});

test("all daemons find the same ones for the same config, and others for others", () => {
  const env = { HOME: "/home/a" };
  expect(controlFiles(SILENT, "config.yaml", env)).toEqual(
    controlFiles(SILENT, path.resolve("config.yaml"), env),
  );
  expect(controlFiles(SILENT, "other.yaml", env)).not.toEqual(controlFiles(SILENT, "config.yaml", env));
});
