import { describe, expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";
import { settleScalars } from "./settle-scalars.ts";
import { readSource } from "./source.ts";

const valueOf = (text: string, schema = {}) =>
  (
    settleScalars(readSource({ file: "", text: `key: ${text}` }).value, { properties: { key: schema } })
      .value as { key: unknown }
  ).key;

/** Each as PyYAML 6 reads it. */
test.each([
  ["yes", true],
  ["On", true],
  ["off", false],
  ["y", "y"],
  ["n", "n"],
  ["1e5", "1e5"],
  ["12e45", "12e45"],
  ["1.0e+5", 100_000],
  ["1.5e5", "1.5e5"],
  ["3.10", 3.1],
  [".5", 0.5],
  ["017", 15],
  ["0o17", "0o17"],
  ["08", "08"],
  ["0x1F", 31],
  ["0b101", 5],
  ["1_000", 1_000],
  ["-017", -15],
  ["12:30:45", 45_045],
  ["1:30.5", 90.5],
  ["-.INF", -Infinity],
  [".nan", Number.NaN],
  ["~", null],
  ["Null", null],
  ["", null],
  ["nULL", "nULL"],
  ["2024-05-13", "2024-05-13"],
  ["!!str 5", "5"],
  ["!!int '7'", 7],
  ["'on'", "on"],
])("%s is %j", (text, value) => {
  expect(valueOf(text)).toEqual(value);
});

test.each(["1e5", "3.10", "017", "0x1F", "12:30:45", "98765432109876543210", "1_000", "+5", ".inf"])(
  "%s keeps all that is written where text is wanted",
  (text) => {
    expect(valueOf(text, { type: "string" })).toBe(text);
    expect(valueOf(text, { type: ["boolean", "string"] })).toBe(text);
  },
);

const named = (name: string, key = "k") => `model_list:
  - {model_name: ${name}, litellm_params: {model: openai/m, api_base: "http://gpu-1", api_key: ${key}}}
`;

describe("a name or key", () => {
  test.each(["y", "n", "1e3", "3.10", "017", "12:30:45", "98765432109876543210"])(
    "%s is as written",
    (text) => {
      const { aliases, backends, masterKeys } = configOf(
        `${named(text, text)}general_settings: {master_key: ${text}}\n`,
      );
      expect([...aliases.keys()]).toEqual([text]);
      expect(backends[0]?.apiKey).toEqual({ from: "literal", value: text });
      expect(masterKeys).toEqual([{ from: "literal", value: text }]);
    },
  );

  test.each([
    ["yes", 'found yes without quotes, which YAML reads as true: if that is the name, write "yes"'],
    ["on", 'found on without quotes, which YAML reads as true: if that is the name, write "on"'],
    ["false", 'found false without quotes: if that is the name, write "false"'],
    ["~", 'found ~ without quotes, which YAML reads as null: if that is the name, write "~"'],
    [
      "2024-05-13",
      'found 2024-05-13 without quotes, which YAML reads as a date: if that is the name, write "2024-05-13"',
    ],
  ])("%s has to be quoted, and no two aliases fall together", (text, message) => {
    expect(problemsOf(named(text))).toEqual([`config.yaml:2:6: error: model_list[0].model_name: ${message}`]);
    expect([...configOf(named(JSON.stringify(text))).aliases.keys()]).toEqual([text]);
  });

  test("of an entry, of all and of fallbacks has to be, too", () => {
    const text = `${ONE}general_settings: {master_key: yes}
router_settings: {default_fallbacks: [on], model_group_alias: {a: {model: chat, hidden: yes}}}
`;
    expect(problemsOf(text)).toEqual([
      'config.yaml:6:20: error: general_settings.master_key: found yes without quotes, which YAML reads as true: if that is the key, write "yes"',
      'config.yaml:7:39: error: router_settings.default_fallbacks[0]: found on without quotes, which YAML reads as true: if that is the name, write "on"',
    ]);
  });

  test("that is null is no key", () => {
    expect(configOf(named("chat", "null")).backends[0]?.apiKey).toEqual({ from: "none" });
  });

  test("of a map is as written", () => {
    const text = `${named("3.10")}router_settings: {fallbacks: [{3.10: [3.10]}]}\n`;
    expect([...configOf(text).fallbacks]).toEqual([["3.10", ["3.10"]]]);
  });
});
