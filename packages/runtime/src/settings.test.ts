import { execFileSync } from "node:child_process";
import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PLAIN_TLS, type Daemon } from "@rollcall/contract";
import { FakeClock } from "@rollcall/testkit";
import { assert, array, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { recordedLog } from "../test/recorded-log.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { EXIT, StartError } from "./exit-codes.ts";
import { keepMasterKey } from "./keep-master-key.ts";
import { FileSettings } from "./settings.ts";
import { watchSettings } from "./watch-settings.ts";

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
  const open = (now = 1_000, daemon: Daemon = "gateway") =>
    new FileSettings({ file, env, daemon, log, validate: [keepMasterKey] }, now);
  return { directory, file, env, lines, write, open };
}

const faultOf = (source: FileSettings) => source.status.get().fault?.detail ?? null;
const aliasesOf = (source: FileSettings) => [...source.cell.get().config.aliases.keys()];

describe("the first reading", () => {
  test("gives config and secrets as generation one", () => {
    const source = place().open(1_000);
    const { config, secrets, generation } = source.cell.get();
    expect(aliasesOf(source)).toEqual(["chat"]);
    expect(secrets.value({ from: "file", path: "key" })).toBe("sk-one");
    expect(secrets.valuesOf(config.masterKeys)).toEqual(["sk-master"]);
    expect(generation).toBe(1);
    expect(source.status.get()).toEqual({ fault: null, needRestart: [] });
  });

  test("of a config with warnings logs each of them", () => {
    const { write, open, lines, file } = place();
    write("config.yaml", `${text("chat")}modle_list: []\n`);
    open();
    expect(lines).toEqual([
      {
        level: "warn",
        msg: `${file}:5:1: warning: modle_list: unknown key, no effect: did you mean "model_list"?`,
      },
    ]);
  });

  test("of a wrong config throws every complaint at once", () => {
    const { write, open, file } = place();
    write("config.yaml", `model_list: chat\nrollcall: {prober: {port: http}}\n`);
    expect(() => open()).toThrow(
      expect.objectContaining({
        name: "StartError",
        exitCode: EXIT.usage,
        message: [
          `${file} cannot be used:`,
          `  ${file}:1:1: error: model_list: found "chat", expected a list`,
          `  ${file}:2:21: error: rollcall.prober.port: found "http", expected a whole number`,
        ].join("\n"),
      }),
    );
  });

  test("without the master key throws", () => {
    const { open, file, env } = place();
    delete env["MASTER"];
    expect(() => open()).toThrow(
      new StartError(
        `${file} cannot be used:\n  ${file}: error: general_settings.master_key: environment variable MASTER is not set`,
        EXIT.usage,
      ),
    );
  });

  test("without a backend's key says so and goes on; the key is taken over once it is there", () => {
    const { open, file, directory, write, lines } = place();
    rmSync(path.join(directory, "key"));
    const source = open(1_000);
    const where = "model_list[0].litellm_params.api_key";
    const problem = "cannot read the file key: there is no such file";
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ["warn", `${file}: warning: ${where}: ${problem}: the deployment is left out until it is there`],
    ]);
    const [backend] = source.cell.get().config.backends;
    const lack = () =>
      source.cell
        .get()
        .secrets.lackOf(backend ?? { apiKey: { from: "none" }, headers: new Map(), tls: PLAIN_TLS });
    expect(lack()).toBe(problem);
    expect(faultOf(source)).toBe(
      `${file} refers to secrets that cannot be read:\n  ${file}: error: ${where}: ${problem}: the deployment is left out until it is there`,
    );
    write("key", "sk-one\n");
    expect(source.reload(2_000)).toBe(true);
    expect(lack()).toBeNull();
    expect(faultOf(source)).toBeNull();
  });

  test("does without the master key where that is not needed", () => {
    const { open, env } = place();
    delete env["MASTER"];
    const source = open(0, "prober");
    const { config, secrets } = source.cell.get();
    expect(secrets.valuesOf(config.masterKeys)).toEqual([]);
    expect(source.status.get().fault).toBeNull();
  });

  test("of a FIFO throws, and does not wait for somebody to write to it", () => {
    const { open, file } = place();
    rmSync(file);
    execFileSync("mkfifo", [file]);
    expect(() => open()).toThrow(`cannot read ${file} (--config): it is a pipe, not a file`);
  });

  test("of a file that is not there throws", () => {
    const { open, file } = place();
    rmSync(file);
    expect(() => open()).toThrow(`cannot read ${file} (--config): there is no such file`);
  });
});

describe("additional master keys", () => {
  const both = (keys: string, more = "general_settings: {master_key: os.environ/MASTER}\n") =>
    `${text("chat").replace(/general_settings.*\n/, more)}rollcall: {gateway: {additional_master_keys: [${keys}]}}\n`;
  const keysOf = (source: FileSettings) => {
    const { config, secrets } = source.cell.get();
    return secrets.valuesOf(config.masterKeys);
  };
  const OLD = "rollcall.gateway.additional_master_keys[0]: cannot read the file old: there is no such file";

  test("are read and followed as the master key is: from variables, files and as they are", () => {
    const { open, write, env } = place();
    env["OTHER"] = "sk-other";
    write("old", "sk-old\n");
    write("config.yaml", both("os.environ/OTHER, file/old, sk-plain"));
    const source = open(1_000);
    expect(keysOf(source)).toEqual(["sk-master", "sk-other", "sk-old", "sk-plain"]);
    write("old", "sk-rotated\n");
    expect(source.reload(2_000)).toBe(true);
    expect(keysOf(source)).toEqual(["sk-master", "sk-other", "sk-rotated", "sk-plain"]);
    write("config.yaml", both(""));
    expect(source.reload(3_000)).toBe(true);
    expect(keysOf(source)).toEqual(["sk-master"]);
  });

  test("that are missing stop nothing while the master key is there, and count once they are", () => {
    const { open, write, lines, file } = place();
    write("config.yaml", both("file/old"));
    const source = open(1_000);
    expect(lines.map(({ msg }) => msg)).toEqual([
      `${file}: warning: ${OLD}: no key is taken for it until it is there`,
    ]);
    expect(keysOf(source)).toEqual(["sk-master"]);
    write("old", "sk-old\n");
    expect(source.reload(2_000)).toBe(true);
    expect(keysOf(source)).toEqual(["sk-master", "sk-old"]);
  });

  test("do not make up for a master key that is missing", () => {
    const { open, write, env } = place();
    delete env["MASTER"];
    write("config.yaml", both("sk-plain"));
    expect(() => open()).toThrow("general_settings.master_key: environment variable MASTER is not set");
  });

  test("of which none can be read open nothing where they are all there is", () => {
    const { open, write, file } = place();
    write("config.yaml", both("file/old", ""));
    expect(() => open()).toThrow(`${file}: error: ${OLD}`);
    write("old", "sk-old\n");
    const source = open(1_000);
    expect(keysOf(source)).toEqual(["sk-old"]);
    write("config.yaml", text("chat").replace(/general_settings.*\n/, ""));
    expect(source.reload(2_000)).toBe(false);
    expect(keysOf(source)).toEqual(["sk-old"]);
  });

  test("that no client can send are missing, wherever they come from", () => {
    const { open, write, env, lines } = place();
    env["OTHER"] = "two words";
    write("config.yaml", both("os.environ/OTHER"));
    expect(keysOf(open())).toEqual(["sk-master"]);
    expect(lines.map(({ msg }) => msg).join()).toContain(
      "the value of environment variable OTHER cannot be sent in a header",
    );
    env["MASTER"] = "schlüssel";
    expect(() => open()).toThrow("the value of environment variable MASTER cannot be sent in a header");
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
});

describe("a bad reading", () => {
  test.each<[string, (at: ReturnType<typeof place>) => void, RegExp]>([
    ["bad YAML", ({ write }) => write("config.yaml", "model_list: ["), /not valid YAML/],
    ["an empty file", ({ write }) => write("config.yaml", ""), /model_list is missing/],
    ["a wrong value", ({ write }) => write("config.yaml", text("[chat]")), /found a list, expected text/],
    ["a file that is gone", ({ file }) => rmSync(file), /there is no such file/],
    [
      "a master key that is nowhere",
      ({ write }) => write("config.yaml", text("chat").replace("MASTER", "NOWHERE")),
      /NOWHERE is not set/,
    ],
  ])("of %s changes nothing but the fault, and the next good one clears it", (_about, spoil, words) => {
    const at = place();
    const source = at.open(1_000);
    const before = source.cell.get();
    spoil(at);
    expect(source.reload(2_000)).toBe(false);
    expect(source.cell.get()).toBe(before);
    expect(faultOf(source)).toMatch(words);

    at.write("config.yaml", text("chat"));
    at.write("key", "sk-one\n");
    expect(source.reload(3_000)).toBe(false);
    expect(faultOf(source)).toBeNull();
    expect(source.cell.get()).toBe(before);
    expect(at.lines.map(({ level, msg }) => [level, msg])).toEqual([
      ["error", expect.stringMatching(/^config not reloaded: the previous one stays in use$/)],
      ["info", "config file is valid again"],
    ]);
  });

  test.each<[string, (at: ReturnType<typeof place>) => void, RegExp]>([
    ["gone", ({ directory }) => rmSync(path.join(directory, "key")), /cannot read the file key/],
    ["empty", ({ write }) => write("key", ""), /file key is empty/],
  ])(
    "of a secret that is %s leaves its value in use, and what else changed is taken over",
    (_how, spoil, words) => {
      const at = place();
      const source = at.open(1_000);
      spoil(at);
      expect(source.reload(2_000)).toBe(false);
      expect(faultOf(source)).toMatch(words);
      at.write("config.yaml", text("coder"));
      expect(source.reload(3_000)).toBe(true);
      expect(aliasesOf(source)).toEqual(["coder"]);
      expect(source.cell.get().secrets.value({ from: "file", path: "key" })).toBe("sk-one");
      expect(faultOf(source)).toMatch(words);
      at.write("key", "sk-one\n");
      expect(source.reload(4_000)).toBe(false);
      expect(faultOf(source)).toBeNull();
      expect(at.lines.map(({ msg }) => msg)).toEqual([
        "secrets cannot be read: their previous values stay in use",
        "config reloaded",
        "config file is valid again",
      ]);
    },
  );

  test("is followed by a swap where the good one after it is new", () => {
    const { open, write } = place();
    const source = open();
    write("config.yaml", "model_list: [");
    source.reload(2_000);
    write("config.yaml", text("coder"));
    expect(source.reload(3_000)).toBe(true);
    expect([faultOf(source), source.cell.get().generation]).toEqual([null, 2]);
  });

  test("is logged once, and again when it is bad in another way", () => {
    const { open, write, lines, file } = place();
    const source = open();
    write("config.yaml", "model_list: [");
    for (const now of [2_000, 3_000, 4_000]) source.reload(now);
    expect(lines).toHaveLength(1);
    write("config.yaml", "model_list: chat");
    source.reload(5_000);
    expect(lines).toHaveLength(2);
    expect(faultOf(source)).toContain('found "chat", expected a list');
    // The complaint and its place, and nothing of what was written.
    expect(lines[1]).toMatchObject({
      msg: "config not reloaded: the previous one stays in use",
      complaints: [`${file}:1:1: error: model_list: found "…", expected a list`],
    });
  });

  test("is told without the values of secrets", () => {
    const { open, write, lines } = place();
    const source = open();
    write("key", "sk-two\nsk-three\n");
    source.reload(2_000);
    expect(JSON.stringify([source.status.get(), lines])).not.toContain("sk-");
  });
});

describe("a file that changed is taken", () => {
  /** Looks that a poll makes, from this time on, until they have settled; when it was in force. */
  const taken = (source: FileSettings, from: number, alias = "coder") => {
    for (let now = from; now <= from + 5_000; now += source.settlesInMs) {
      source.look(now);
      if (aliasesOf(source)[0] === alias) return now - from;
      if (source.settlesInMs === 0) break;
    }
    return null;
  };
  const move = ({ directory, write }: ReturnType<typeof place>, name: string, content: string) => {
    write(`${name}.next`, content);
    const from = path.join(directory, `${name}.next`);
    // As some time later: the place of a file is newer than what it holds.
    utimesSync(from, 1, 1);
    renameSync(from, path.join(directory, name));
  };

  test.each<[string, number | null, (at: ReturnType<typeof place>) => void]>([
    [
      "that was written in place, at the second look",
      200,
      ({ write }) => write("config.yaml", text("coder")),
    ],
    ["that was moved into place, at the first look", 0, (at) => move(at, "config.yaml", text("coder"))],
    [
      "that is a new one, but written under that very name, at the second look",
      200,
      ({ directory, write }) => {
        // The old one is kept, so that its inode is not used again.
        renameSync(path.join(directory, "config.yaml"), path.join(directory, "config.yaml~"));
        write("config.yaml", text("coder"));
      },
    ],
    [
      "that is reached by a link that was turned, at the first look",
      0,
      ({ directory, write }) => {
        write("other.yaml", text("coder"));
        rmSync(path.join(directory, "config.yaml"));
        symlinkSync("other.yaml", path.join(directory, "config.yaml"));
      },
    ],
    [
      "that was moved into place with another that was written in place, at the second look",
      200,
      (at) => {
        move(at, "config.yaml", text("coder"));
        at.write("key", "sk-two");
      },
    ],
    [
      "that names a secret file which nobody has looked at, at the second look",
      200,
      (at) => {
        at.write("new-key", "sk-new");
        move(at, "config.yaml", text("coder", "file/new-key"));
      },
    ],
  ])("%s", (_how, afterMs, change) => {
    const at = place();
    const source = at.open(1_000);
    change(at);
    expect(taken(source, 2_000)).toBe(afterMs);
    expect(at.lines.map(({ msg }) => msg)).toEqual(["config reloaded"]);
  });

  test.each(["config.yaml", "key", "keys.env"])("at once where somebody says that %s is whole", (name) => {
    const at = place();
    at.write("keys.env", "KEY=one\n");
    at.write("config.yaml", `${text("chat")}rollcall: {env_file: keys.env}\n`);
    const source = at.open(1_000);
    const changed = { "config.yaml": text("coder"), key: "sk-two", "keys.env": "MASTER=sk-other\n" }[name];
    at.write(name, changed ?? "");
    expect(source.reload(2_000)).toBe(true);
  });

  test.each([
    ["a secret file", { name: "key", half: "sk-half", whole: "sk-half-and-whole" }],
    ["an env file", { name: "keys.env", half: "MASTER=sk-half", whole: "MASTER=sk-half-and-whole\n" }],
  ])("not while it is half written: %s", (_what, { name, half, whole }) => {
    const at = place();
    at.write("keys.env", "MASTER=sk-one\n");
    at.write("config.yaml", `${text("chat")}rollcall: {env_file: keys.env}\n`);
    const source = at.open(1_000);
    at.write(name, half);
    expect(source.look(2_000)).toBe(false);
    at.write(name, whole);
    expect(source.look(2_200)).toBe(false);
    expect(source.look(2_400)).toBe(true);
    const { values } = source.cell.get().secrets;
    expect([...values.values()]).toContain("sk-half-and-whole");
    expect([...values.values()]).not.toContain("sk-half");
  });

  test("not at a second look that comes early, as after a refused key", () => {
    const at = place();
    const source = at.open(1_000);
    at.write("key", "sk-two");
    expect(source.refresh(2_000)).toBe(false);
    expect(source.refresh(2_100)).toBe(false);
    expect(source.look(2_150)).toBe(false);
    expect(source.look(2_200)).toBe(true);
  });

  test("within 1.3 seconds, whenever it changes between two looks", async () => {
    for (const waitMs of [0, 1, 500, 999]) {
      const at = place();
      const clock = new FakeClock();
      const source = at.open(clock.monotonic());
      const stop = new AbortController();
      const watching = watchSettings(source, clock, stop.signal);
      await clock.advance(1_000 + waitMs);
      at.write("config.yaml", text("coder"));
      await clock.advance(1_300);
      expect(aliasesOf(source)).toEqual(["coder"]);
      stop.abort();
      await watching;
    }
  });

  test("never as what it was while somebody wrote it, wherever that was cut", () => {
    const aliases = ["chat", "coder", "judge", "drafts"];
    const cuts = array(integer({ min: 0, max: text("drafts").length }), { minLength: 1, maxLength: 6 });
    assert(
      property(cuts, integer({ min: 1, max: 3 }), (lengths, next) => {
        const at = place();
        // Every prefix is another config, and many of them are without a fault.
        const content = `${text(aliases[next] ?? "")}# ${"x".repeat(20)}\n`;
        const source = at.open(0);
        let now = 1_000;
        for (const length of lengths.toSorted((a, b) => a - b)) {
          at.write("config.yaml", content.slice(0, length));
          source.look(now);
          expect(aliasesOf(source)).toEqual(["chat"]);
          expect(source.status.get().fault).toBeNull();
          // Whoever writes it goes on before it can be looked at a second time.
          now += 199;
        }
        at.write("config.yaml", content);
        source.look(now);
        source.look(now + 200);
        expect(aliasesOf(source)).toEqual([aliases[next]]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a master key that a changed file takes away", () => {
  const keyless = text("coder").replace(/general_settings.*\n/, "");

  test.each([
    ["removed", keyless],
    ["removed and said not to be needed", `${keyless}rollcall: {gateway: {keyless: true}}\n`],
  ])("%s: nothing changes, and that is told", (_how, written) => {
    for (const daemon of ["gateway", "prober"] as const) {
      const at = place();
      const source = at.open(1_000, daemon);
      at.write("config.yaml", written);
      expect(source.reload(2_000)).toBe(false);
      expect(aliasesOf(source)).toEqual(["chat"]);
      const veto = "master key removed: needs a restart and rollcall.gateway.keyless: true";
      expect(source.status.get().fault).toMatchObject({
        summary: `${veto}: the previous config is in use`,
        detail: expect.stringContaining(veto),
      });
      expect(at.lines).toEqual([
        { level: "error", reason: veto, msg: "config not reloaded: the previous one stays in use" },
      ]);
      at.write("config.yaml", text("coder"));
      expect(source.reload(3_000)).toBe(true);
      expect(source.status.get().fault).toBeNull();
    }
  });

  test("that never was there may stay away", () => {
    const at = place();
    at.write("config.yaml", keyless);
    const source = at.open();
    at.write("config.yaml", keyless.replace("coder", "judge"));
    expect(source.reload(2_000)).toBe(true);
  });
});

describe("settings that need a restart", () => {
  const moved = (port: number) => `${text("chat")}rollcall: {gateway: {port: ${port}, drain: 1s}}\n`;

  test("are told once, and no more when they are put back", () => {
    const { open, write, lines } = place();
    const source = open();
    for (const port of [5_000, 5_001]) {
      write("config.yaml", moved(port));
      expect(source.reload(port)).toBe(true);
      expect(source.status.get().needRestart).toEqual(["gateway.port"]);
      expect(source.cell.get().config.gateway).toMatchObject({ port: 4_000, drainMs: 1_000 });
    }
    write("config.yaml", moved(4_000));
    expect(source.reload(6_000)).toBe(true);
    expect(source.status.get()).toEqual({ fault: null, needRestart: [] });
    expect(source.cell.get().config.gateway.drainMs).toBe(1_000);
    expect(lines.map(({ level, msg, settings }) => [level, msg, settings])).toEqual([
      ["warn", "settings need a restart", ["gateway.port"]],
      ["info", "config reloaded", undefined],
      ["info", "config reloaded", undefined],
      ["info", "no settings need a restart any more", undefined],
      ["info", "config reloaded", undefined],
    ]);
  });

  test("stay told while a later config is refused", () => {
    const { open, write } = place();
    const source = open();
    write("config.yaml", moved(5_000));
    source.reload(2_000);
    write("config.yaml", "model_list: [");
    source.reload(3_000);
    expect(source.status.get()).toMatchObject({
      fault: { summary: "the config file has errors: the previous config is in use" },
      needRestart: ["gateway.port"],
    });
  });

  test("are none where the command line sets them, or where they are another daemon's", () => {
    const { file, env, write, open } = place();
    const overridden = ["gateway.port"];
    const log = recordedLog().log;
    const flagged = new FileSettings({ file, env, daemon: "gateway", log, overridden }, 0);
    const prober = open(0, "prober");
    write("config.yaml", moved(5_000));
    for (const source of [flagged, prober]) {
      expect(source.reload(1_000)).toBe(true);
      expect(source.status.get().needRestart).toEqual([]);
    }
  });
});
