import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseConfig, type Config } from "@rollcall/contract";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { temporaryDirectory } from "../test/temporary.ts";
import { StartError } from "./exit-codes.ts";
import { stateFile } from "./state-file.ts";

function configWith(rollcall: string): Config {
  const text = `model_list: [{model_name: a, litellm_params: {model: openai/m, api_base: "http://g"}}]\nrollcall: ${rollcall}\n`;
  const { config } = parseConfig({ main: { file: "config.yaml", text }, included: [] }, {});
  if (config === null) throw new Error("wrong config");
  return config;
}
const SILENT = configWith("{}");

describe("where the config names a file", () => {
  test.each([
    ["state.json", "/etc/rollcall/state.json"],
    ["../run/state.json", "/etc/run/state.json"],
    ["/run/rollcall/state.json", "/run/rollcall/state.json"],
  ])("%s is relative to the config", (file, absolute) => {
    const config = configWith(`{state: {file: ${file}}}`);
    expect(stateFile(config, "/etc/rollcall/config.yaml", { STATE_DIRECTORY: "/elsewhere" })).toBe(absolute);
  });

  test("the path of the config is taken from here where it is relative", () => {
    const config = configWith("{state: {file: state.json}}");
    expect(stateFile(config, "conf/config.yaml", {})).toBe(path.resolve("conf/state.json"));
  });
});

describe("where it names none", () => {
  test.each([
    [{ STATE_DIRECTORY: "/var/lib/rollcall", XDG_RUNTIME_DIR: "/run/user/1" }, "/var/lib/rollcall"],
    [{ XDG_RUNTIME_DIR: "/run/user/1" }, "/run/user/1"],
  ])("with %j it lies in %s", (env, directory) => {
    const file = stateFile(SILENT, "/etc/rollcall/config.yaml", env);
    expect(path.dirname(file)).toBe(directory);
    expect(path.basename(file)).toMatch(/^rollcall-state-[0-9a-f]{12}\.json$/);
  });

  test("both daemons find the same file for the same config, and others for others", () => {
    const env = { XDG_RUNTIME_DIR: "/run/user/1" };
    const absolute = stateFile(SILENT, path.resolve("config.yaml"), env);
    expect(stateFile(SILENT, "config.yaml", env)).toBe(absolute);
    expect(stateFile(SILENT, "./conf/../config.yaml", env)).toBe(absolute);
    expect(stateFile(SILENT, "other.yaml", env)).not.toBe(absolute);
  });
});

test("a config that came by standard input has a file of its own, by what it says", () => {
  const env = { XDG_RUNTIME_DIR: "/run/user/1" };
  const file = stateFile(SILENT, "-", env);
  expect(stateFile(configWith("{}"), "-", env)).toBe(file);
  expect(stateFile(configWith("{queue: {size: 3}}"), "-", env)).not.toBe(file);
  expect(stateFile(SILENT, path.resolve("-"), env)).not.toBe(file);
});

describe("the private directory among the temporary files", () => {
  let mine = "";
  beforeEach(() => {
    vi.stubEnv("TMPDIR", temporaryDirectory());
    mine = path.join(os.tmpdir(), `rollcall-${os.userInfo().uid}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const find = () => stateFile(SILENT, "/etc/rollcall/config.yaml", {});

  test("is made for this user alone, and found again", () => {
    expect(path.dirname(find())).toBe(mine);
    expect(statSync(mine).mode & 0o777).toBe(0o700);
    expect(find()).toBe(find());
  });

  test.each([0o777, 0o720, 0o702])("is refused where others may write to it (mode %i)", (mode) => {
    mkdirSync(mine);
    chmodSync(mine, mode);
    expect(find).toThrow(
      new StartError(
        `${mine} belongs to another user or can be written by others: remove it, or set rollcall.state.file`,
      ),
    );
  });

  test("is taken where others may only read it", () => {
    mkdirSync(mine);
    chmodSync(mine, 0o755);
    expect(path.dirname(find())).toBe(mine);
  });

  test("is refused where it is a link, which its owner could turn elsewhere later", () => {
    symlinkSync(temporaryDirectory(), mine);
    expect(find).toThrow(StartError);
  });

  test("is refused in words where a file stands in its place", () => {
    writeFileSync(mine, "");
    expect(find).toThrow(StartError);
  });
});
