import type { Environment } from "@rollcall/contract";
import { EXIT, StartError } from "@rollcall/runtime";
import { Option } from "commander";
import { expect, test } from "vitest";
import { findConfig } from "./config-path.ts";
import { judgeFlags, pairOptions, type LitellmFlags } from "./litellm-flags.ts";
import { LITELLM_OPTIONS } from "./litellm-options.ts";

const config = "config.yaml";
const nothing = { config, gatewayHost: "0.0.0.0" };

const STARTS: readonly (readonly [string, Partial<LitellmFlags>, Environment, object])[] = [
  ["nothing: LiteLLM's address", {}, {}, nothing],
  ["a port and workers", { port: 4100, num_workers: 4 }, {}, { ...nothing, port: 4100, workers: 4 }],
  [
    "the variables",
    {},
    { PORT: "4100", NUM_WORKERS: "2", HOST: "::" },
    { config, gatewayHost: "::", port: 4100, workers: 2 },
  ],
  [
    "flags before variables",
    { port: 1, host: "a", num_workers: 1 },
    { PORT: "2", NUM_WORKERS: "2", HOST: "b" },
    { config, gatewayHost: "a", port: 1, workers: 1 },
  ],
  ["variables that are empty", {}, { PORT: "", NUM_WORKERS: "", HOST: "", DETAILED_DEBUG: "" }, nothing],
  ["the detailed log", { detailed_debug: true }, {}, { ...nothing, logLevel: "debug" }],
  ["the detailed log by its variable", {}, { DETAILED_DEBUG: "True" }, { ...nothing, logLevel: "debug" }],
  ["no detailed log by its variable", {}, { DETAILED_DEBUG: "False" }, nothing],
  ["a log level of ours", { logLevel: "warn", detailed_debug: true }, {}, { ...nothing, logLevel: "warn" }],
  ["the prober's port", { proberPort: 0, json: true }, {}, { ...nothing, proberPort: 0, json: true }],
];

test.each(STARTS.map(([about, flags, env, options]) => ({ about, flags, env, options })))(
  "$about",
  ({ flags, env, options }) => {
    expect(pairOptions({ ...flags, config }, env, () => false)).toEqual(options);
  },
);

test("the config's own address goes before LiteLLM's default, and after flag and variable", () => {
  const says = () => true;
  expect(pairOptions({ config }, {}, says)).toEqual({ config });
  expect(pairOptions({ config }, { HOST: "10.0.0.1" }, says)).toEqual({ config, gatewayHost: "10.0.0.1" });
  expect(pairOptions({ config, host: "::1" }, {}, says)).toEqual({ config, gatewayHost: "::1" });
});

test.each([
  [{ PORT: "soon" }, 'variable PORT is "soon": expected a number from 0 to 65535.'],
  [{ NUM_WORKERS: "-1" }, 'variable NUM_WORKERS is "-1": expected a number from 1 to 256, or auto.'],
])("%j is refused by name", (env, message) => {
  expect(() => pairOptions({ config }, env, () => false)).toThrow(message);
});

test.each(LITELLM_OPTIONS.map((option) => [option.flags, option] as const))(
  "%s is judged",
  (flags, { treatment, text }) => {
    const { long, ...flag } = new Option(flags);
    const given = { [new Option(flags).attributeName()]: flag.required ? "x" : true };
    if (treatment === "refused") {
      expect(text).not.toBe("");
      expect(() => judgeFlags(given, {})).toThrow(new StartError(`${long}: ${text}`, EXIT.usage));
    } else expect(judgeFlags(given, {})).toEqual(text === "" ? [] : [`${long}: ${text}`]);
  },
);

test("TLS that only a variable asks for is not left out without a word", () => {
  expect(() => judgeFlags({}, { SSL_CERTFILE_PATH: "/tls.crt" })).toThrow(
    "SSL_CERTFILE_PATH: the gateway speaks plain HTTP",
  );
  expect(judgeFlags({}, { SSL_CERTFILE_PATH: "" })).toEqual([]);
});

const NAMED: readonly (readonly [string, string | undefined, Environment, string])[] = [
  ["the flag", "a.yaml", { CONFIG_FILE_PATH: "b.yaml" }, "a.yaml"],
  ["standard input", "-", {}, "-"],
  ["the variable", undefined, { CONFIG_FILE_PATH: "b.yaml" }, "b.yaml"],
  ["the usual place", undefined, { CONFIG_FILE_PATH: "" }, "/etc/rollcall/config.yaml"],
];

test.each(NAMED.map(([about, given, env, found]) => ({ about, given, env, found })))(
  "the config is named by $about",
  ({ given, env, found }) => {
    expect(findConfig(given, env, () => true)).toBe(found);
  },
);

test("no config anywhere is said with all places", () => {
  expect(() => findConfig(undefined, {}, () => false)).toThrow(
    /--config or CONFIG_FILE_PATH, or put it at \/etc/,
  );
});
