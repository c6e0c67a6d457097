import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { recordedLog } from "../test/recorded-log.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { EXIT, StartError } from "./exit-codes.ts";
import { SettingsSource } from "./settings.ts";

const text = (alias: string, key = "file/key") => `model_list:
  - model_name: ${alias}
    litellm_params: {model: openai/served, api_base: "http://gpu-1", api_key: ${key}}
general_settings: {master_key: os.environ/MASTER}
`;

function place() {
  const directory = temporaryDirectory();
  const file = path.join(directory, "config.yaml");
  const { log, lines } = recordedLog();
  const write = (name: string, content: string) => writeFileSync(path.join(directory, name), content);
  write("config.yaml", text("chat"));
  write("key", "sk-one\n");
  const env: Record<string, string> = { MASTER: "sk-master" };
  const open = (now = 1_000, needsMasterKey = true) =>
    new SettingsSource({ file, env, needsMasterKey, log }, now);
  return { directory, file, env, lines, write, open };
}

const aliasesOf = (source: SettingsSource) => [...source.cell.get().config.aliases.keys()];

describe("the first reading", () => {
  test("gives config and secrets as generation one", () => {
    const source = place().open(1_000);
    const { config, secrets, generation } = source.cell.get();
    expect(aliasesOf(source)).toEqual(["chat"]);
    expect(secrets.value({ from: "file", path: "key" })).toBe("sk-one");
    expect(secrets.value(config.masterKey)).toBe("sk-master");
    expect({ generation, fault: source.fault, reloadedAt: source.reloadedAt }).toEqual({
      generation: 1,
      fault: null,
      reloadedAt: 1_000,
    });
  });

  test("of a config with warnings logs each of them", () => {
    const { write, open, lines, file } = place();
    write("config.yaml", `${text("chat")}modle_list: []\n`);
    open();
    expect(lines).toEqual([
      {
        level: "warn",
        msg: `${path.relative("", file)}:5:1: warning: modle_list: unknown key, no effect: did you mean "model_list"?`,
      },
    ]);
  });

  test("of a wrong config throws every complaint at once", () => {
    const { write, open, file } = place();
    write("config.yaml", `model_list: chat\nrollcall: {prober: {port: http}}\n`);
    const shown = path.relative("", file);
    expect(() => open()).toThrow(
      expect.objectContaining({
        name: "StartError",
        exitCode: EXIT.usage,
        message: [
          `${file} cannot be used:`,
          `  ${shown}:1:1: error: model_list: found "chat", expected a list`,
          `  ${shown}:2:21: error: rollcall.prober.port: found "http", expected a whole number`,
        ].join("\n"),
      }),
    );
  });

  test("without its secrets throws each that is missing", () => {
    const { open, file, directory, env } = place();
    rmSync(path.join(directory, "key"));
    delete env["MASTER"];
    expect(() => open()).toThrow(
      new StartError(
        [
          `${file} cannot be used:`,
          `  ${file}: error: general_settings.master_key: environment variable MASTER is not set`,
          `  ${file}: error: model_list[0].litellm_params.api_key: cannot read the file key: there is no such file`,
        ].join("\n"),
        EXIT.usage,
      ),
    );
  });

  test("does without the master key where that is not needed", () => {
    const { open, env } = place();
    delete env["MASTER"];
    const { config, secrets } = open(0, false).cell.get();
    expect(secrets.value(config.masterKey)).toBeNull();
  });

  test("of a file that is not there throws", () => {
    const { open, file } = place();
    rmSync(file);
    expect(() => open()).toThrow(`cannot read ${file} (--config): there is no such file`);
  });
});

describe("reload", () => {
  test("of what has not changed swaps nothing", () => {
    const { open, write, lines } = place();
    const source = open(1_000);
    const before = source.cell.get();
    write("config.yaml", `# Only a comment\n${text("chat")}`);
    expect(source.reload(2_000)).toBe(false);
    expect(source.cell.get()).toBe(before);
    expect(source.reloadedAt).toBe(1_000);
    expect(lines).toEqual([]);
  });

  test("of another config swaps it, tells the subscribers and counts", () => {
    const { open, write, lines } = place();
    const source = open(1_000);
    const told: number[] = [];
    source.cell.subscribe(({ generation }) => told.push(generation));
    write("config.yaml", text("coder"));
    expect(source.reload(2_000)).toBe(true);
    expect(aliasesOf(source)).toEqual(["coder"]);
    expect(source.reloadedAt).toBe(2_000);
    write("config.yaml", text("judge"));
    expect(source.reload(3_000)).toBe(true);
    expect(told).toEqual([2, 3]);
    expect(lines.map(({ msg, generation }) => [msg, generation])).toEqual([
      ["config reloaded", 2],
      ["config reloaded", 3],
    ]);
  });

  test("of an included file swaps as well", () => {
    const { open, write } = place();
    write("more.yaml", text("coder"));
    write("config.yaml", `include: [more.yaml]\n${text("chat")}`);
    const source = open();
    write("more.yaml", text("judge"));
    expect(source.reload(2_000)).toBe(true);
    expect(aliasesOf(source)).toEqual(["chat", "judge"]);
  });

  test("of another secret in the same file swaps, with the same config", () => {
    const { open, write } = place();
    const source = open();
    const { checksum } = source.cell.get().config;
    write("key", "sk-two\n");
    expect(source.reload(2_000)).toBe(true);
    const { config, secrets, generation } = source.cell.get();
    expect(config.checksum).toBe(checksum);
    expect(secrets.value({ from: "file", path: "key" })).toBe("sk-two");
    expect(generation).toBe(2);
  });

  test("of another secret in the environment swaps", () => {
    const { open, env } = place();
    const source = open();
    env["MASTER"] = "sk-other";
    expect(source.reload(2_000)).toBe(true);
    expect(source.cell.get().secrets.value({ from: "env", name: "MASTER" })).toBe("sk-other");
  });
});

describe("a bad reading", () => {
  test.each<[string, (at: ReturnType<typeof place>) => void, RegExp]>([
    ["bad YAML", ({ write }) => write("config.yaml", "model_list: ["), /not valid YAML/],
    ["an empty file", ({ write }) => write("config.yaml", ""), /model_list is missing/],
    ["a wrong value", ({ write }) => write("config.yaml", text("[chat]")), /found a list, expected text/],
    ["a file that is gone", ({ file }) => rmSync(file), /there is no such file/],
    [
      "a secret that is gone",
      ({ directory }) => rmSync(path.join(directory, "key")),
      /cannot read the file key/,
    ],
    ["a secret that is empty", ({ write }) => write("key", ""), /file key is empty/],
  ])("of %s changes nothing but the fault, and the next good one clears it", (_about, spoil, words) => {
    const at = place();
    const source = at.open(1_000);
    const before = source.cell.get();
    spoil(at);
    expect(source.reload(2_000)).toBe(false);
    expect(source.cell.get()).toBe(before);
    expect(source.fault).toMatch(words);
    expect(source.reloadedAt).toBe(1_000);

    at.write("config.yaml", text("chat"));
    at.write("key", "sk-one\n");
    expect(source.reload(3_000)).toBe(false);
    expect(source.fault).toBeNull();
    expect(source.cell.get()).toBe(before);
    expect(at.lines.map(({ level, msg }) => [level, msg])).toEqual([
      ["error", expect.stringMatching(/^config not reloaded: the previous one stays in use/)],
      ["info", "config is good again"],
    ]);
  });

  test("is followed by a swap where the good one after it is new", () => {
    const { open, write } = place();
    const source = open();
    write("config.yaml", "model_list: [");
    source.reload(2_000);
    write("config.yaml", text("coder"));
    expect(source.reload(3_000)).toBe(true);
    expect([source.fault, source.cell.get().generation]).toEqual([null, 2]);
  });

  test("is logged once, and again when it is bad in another way", () => {
    const { open, write, lines } = place();
    const source = open();
    write("config.yaml", "model_list: [");
    for (const now of [2_000, 3_000, 4_000]) source.reload(now);
    expect(lines).toHaveLength(1);
    write("config.yaml", "model_list: chat");
    source.reload(5_000);
    expect(lines).toHaveLength(2);
    expect(source.fault).toContain("expected a list");
  });

  test("is told without the values of secrets", () => {
    const { open, write, lines } = place();
    const source = open();
    write("key", "sk-two\nsk-three\n");
    source.reload(2_000);
    expect(JSON.stringify([source.fault, lines])).not.toContain("sk-");
  });
});
