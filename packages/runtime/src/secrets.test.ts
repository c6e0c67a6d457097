import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseConfig, type Config, type SecretRef } from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary.ts";
import { MASTER_KEY, resolveSecret, Secrets } from "./secrets.ts";

const NOWHERE = { env: {}, directory: "/nowhere" };
const fromEnv = (value: string | undefined) =>
  resolveSecret({ from: "env", name: "KEY" }, { ...NOWHERE, env: { KEY: value } });

function fromFile(content: string | Buffer) {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, "key"), content);
  return resolveSecret({ from: "file", path: "key" }, { env: {}, directory });
}

describe("a secret", () => {
  test("that is none is no key at all", () => {
    expect(resolveSecret({ from: "none" }, NOWHERE)).toEqual({ ok: true, value: null });
  });

  test.each(["sk-1234", "with spaces and \t tab", "~!@#$%^&*()", "caf\u00e9"])(
    "may be %j, wherever it comes from",
    (value) => {
      expect(resolveSecret({ from: "literal", value }, NOWHERE)).toEqual({ ok: true, value });
      expect(fromEnv(value)).toEqual({ ok: true, value });
      expect(fromFile(value)).toEqual({ ok: true, value });
    },
  );

  test.each([
    "two\nlines",
    "carriage\rreturn",
    "nul\0",
    "escape\u001b[0m",
    "delete\u007f",
    "\u043a\u043b\u044e\u0447",
  ])("that could not stand in a header is refused, wherever it comes from: %j", (value) => {
    const words = "is empty or holds a character that no header can carry, such as a line break";
    expect(resolveSecret({ from: "literal", value }, NOWHERE)).toEqual({
      ok: false,
      error: `the value written in the config ${words}`,
    });
    expect(fromEnv(value)).toEqual({ ok: false, error: `environment variable KEY ${words}` });
    expect(fromFile(value)).toEqual({ ok: false, error: `file key ${words}` });
  });
});

describe("a variable", () => {
  test.each([undefined, ""])("that is %j is not set", (value) => {
    expect(fromEnv(value)).toEqual({ ok: false, error: "environment variable KEY is not set" });
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "named %s is not what every object has",
    (name) => {
      expect(resolveSecret({ from: "env", name }, NOWHERE)).toEqual({
        ok: false,
        error: `environment variable ${name} is not set`,
      });
    },
  );
});

describe("a file", () => {
  test.each([
    ["sk-1234", "sk-1234"],
    ["sk-1234\n", "sk-1234"],
    ["sk-1234\r\n", "sk-1234"],
    [" sk-1234 \n", " sk-1234 "],
  ])("that holds %j holds the key %j", (content, value) => {
    expect(fromFile(content)).toEqual({ ok: true, value });
  });

  test.each(["", "\n", "sk-1234\n\n", "\nsk-1234\n", "\u{feff}sk-1234\n"])(
    "that holds %j holds none",
    (content) => {
      expect(fromFile(content)).toEqual({
        ok: false,
        error: "file key is empty or holds a character that no header can carry, such as a line break",
      });
    },
  );

  test("that holds no text at all holds none", () => {
    expect(fromFile(Buffer.from([0xff, 0xfe, 0x00, 0x80])).ok).toBe(false);
  });

  test("that is not there, or is a directory, is told in words", () => {
    const directory = temporaryDirectory();
    const read = (file: string) => resolveSecret({ from: "file", path: file }, { env: {}, directory });
    expect(read("nowhere")).toEqual({
      ok: false,
      error: "cannot read the file nowhere: there is no such file",
    });
    expect(read(".")).toEqual({ ok: false, error: "cannot read the file .: it is a directory" });
  });

  test("is found by its absolute path, wherever the config lies", () => {
    const file = path.join(temporaryDirectory(), "key");
    writeFileSync(file, "sk-1234\n");
    expect(resolveSecret({ from: "file", path: file }, NOWHERE)).toEqual({ ok: true, value: "sk-1234" });
  });
});

describe("a credential of a systemd unit", () => {
  const from = (env: Record<string, string>, file: string) =>
    resolveSecret({ from: "file", path: file }, { env, directory: "/nowhere" });
  const WRITTEN = "$CREDENTIALS_DIRECTORY/rollcall_master-key";

  test("is found where systemd has put it", () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, "rollcall_master-key"), "sk-1234\n");
    expect(from({ CREDENTIALS_DIRECTORY: directory }, WRITTEN)).toEqual({ ok: true, value: "sk-1234" });
  });

  test.each([
    ["without a unit", {}, `environment variable CREDENTIALS_DIRECTORY is not set`],
    ["that the unit does not have", { CREDENTIALS_DIRECTORY: "/none" }, "there is no such file"],
  ])("%s is told by its written name", (_what, env, why) => {
    expect(from(env, WRITTEN)).toEqual({ ok: false, error: `cannot read the file ${WRITTEN}: ${why}` });
  });

  test("is the only variable in a path", () => {
    expect(from({ HOME: "/root" }, "$HOME/key")).toEqual({
      ok: false,
      error: "cannot read the file $HOME/key: there is no such file",
    });
  });
});

function configOf(text: string): Config {
  const { config, problems } = parseConfig({ main: { file: "config.yaml", text }, included: [] }, {});
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

const TEXT = `model_list:
  - model_name: chat
    litellm_params:
      model: openai/served
      api_base: http://gpu-1
      api_key: os.environ/CHAT_KEY
      extra_headers: {X-Team: os.environ/TEAM, X-Plain: plain}
  - model_name: open
    litellm_params: {model: openai/served, api_base: "http://gpu-2"}
general_settings: {master_key: os.environ/MASTER}
`;
const ENV = { CHAT_KEY: "sk-chat", TEAM: "blue", MASTER: "sk-master" };
const CONFIG = configOf(TEXT);
const read = (env: Readonly<Record<string, string>>) => Secrets.read(CONFIG, { env, directory: "/nowhere" });

describe("all secrets of a config", () => {
  test("are given for their references", () => {
    const secrets = read(ENV);
    const [chat, open] = CONFIG.deployments;
    const value = (ref: SecretRef | undefined) =>
      secrets.value(ref ?? { from: "literal", value: "no such reference" });
    expect(secrets.problems.size).toBe(0);
    expect(value(chat?.backend.apiKey)).toBe("sk-chat");
    expect(value(chat?.backend.headers.get("x-team"))).toBe("blue");
    expect(value(chat?.backend.headers.get("x-plain"))).toBe("plain");
    expect(value(open?.backend.apiKey)).toBeNull();
    expect(CONFIG.masterKeys.map(value)).toEqual(["sk-master"]);
  });

  test("that a config does not refer to are not given", () => {
    expect(read({ ...ENV, OTHER: "sk-other" }).value({ from: "env", name: "OTHER" })).toBeNull();
  });

  test("that are missing are told by their place, without a value", () => {
    const { problems } = read({ TEAM: "a\nb" });
    expect([...problems]).toEqual([
      [MASTER_KEY, "environment variable MASTER is not set"],
      ["model_list[0].litellm_params.api_key", "environment variable CHAT_KEY is not set"],
      [
        "model_list[0].litellm_params.extra_headers.x-team",
        "environment variable TEAM is empty or holds a character that no header can carry, such as a line break",
      ],
    ]);
  });

  test("may come from environment_variables, which win over the process's own", () => {
    const config = configOf(`${TEXT}environment_variables: {MASTER: sk-from-config}\n`);
    const secrets = Secrets.read(config, { env: ENV, directory: "/nowhere" });
    expect(secrets.value({ from: "env", name: "MASTER" })).toBe("sk-from-config");
  });

  test("are not printed with them", () => {
    expect(JSON.stringify(read(ENV))).not.toMatch(/sk-|blue/);
  });
});

describe("what a backend lacks", () => {
  const [chat, open] = CONFIG.deployments.map(({ backend }) => backend);

  test.each([
    ["is a key that cannot be read", { TEAM: "blue" }, "environment variable CHAT_KEY is not set"],
    ["is a header that cannot be read", { CHAT_KEY: "k" }, "environment variable TEAM is not set"],
    ["is nothing where all are there", ENV, null],
  ])("%s", (_what, env, lack) => {
    expect(chat && read(env).lackOf(chat)).toBe(lack);
    expect(open && read(env).lackOf(open)).toBeNull();
  });

  test("is known where the values were handed over, too", () => {
    const handed = Secrets.of(read({ TEAM: "blue" }).values);
    expect(chat && handed.lackOf(chat)).toBe("environment variable CHAT_KEY cannot be read");
  });

  test("is not what an earlier reading had", () => {
    const kept = read({ TEAM: "red" }).keeping(read(ENV));
    expect(chat && kept.lackOf(chat)).toBeNull();
    expect(chat && kept.value(chat.apiKey)).toBe("sk-chat");
    expect(kept.equals(read({ ...ENV, TEAM: "red" }))).toBe(true);
    expect([...kept.kept.keys()]).toEqual([MASTER_KEY, "model_list[0].litellm_params.api_key"]);
  });
});

describe("two readings are equal", () => {
  test("when every reference has the same value", () => {
    expect(read(ENV).equals(read({ ...ENV, OTHER: "x" }))).toBe(true);
  });

  test.each([
    ["a key is another", { ...ENV, CHAT_KEY: "sk-new" }],
    ["a header is another", { ...ENV, TEAM: "red" }],
    ["the master key is another", { ...ENV, MASTER: "sk-new" }],
    ["one is gone", { CHAT_KEY: "sk-chat", TEAM: "blue" }],
  ])("but not when %s", (_about, env) => {
    expect(read(ENV).equals(read(env))).toBe(false);
    expect(read(env).equals(read(ENV))).toBe(false);
  });
});
