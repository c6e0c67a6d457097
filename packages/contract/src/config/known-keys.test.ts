import { describe, expect, test } from "vitest";
import {
  DEPLOYMENT_KEYS,
  GENERAL_SETTINGS_KEYS,
  LITELLM_SETTINGS_KEYS,
  OTHER_STRATEGIES,
  PARAM_KEYS,
  ROOT_KEYS,
  ROUTER_SETTINGS_KEYS,
  STRATEGIES,
} from "./known-keys.ts";
import { CONFIG_SCHEMA } from "./written.ts";

const entries = CONFIG_SCHEMA.properties.model_list.items.properties;

describe.each([
  ["the root", ROOT_KEYS, CONFIG_SCHEMA.properties],
  ["an entry", DEPLOYMENT_KEYS, entries],
  ["litellm_params", PARAM_KEYS, { ...entries.litellm_params.properties, drop_params: {} }],
  ["litellm_settings", LITELLM_SETTINGS_KEYS, CONFIG_SCHEMA.properties.litellm_settings.properties],
  ["router_settings", ROUTER_SETTINGS_KEYS, CONFIG_SCHEMA.properties.router_settings.properties],
  ["general_settings", GENERAL_SETTINGS_KEYS, CONFIG_SCHEMA.properties.general_settings.properties],
] as const)("the keys of %s", (_where, { used, known }, schema) => {
  test("are each named once, as used or as known", () => {
    const all = [...used, ...known];
    expect(all.filter((key, index) => all.indexOf(key) !== index)).toEqual([]);
  });

  test("that are used are all checked by the schema", () => {
    expect(used.filter((key) => !Object.hasOwn(schema, key))).toEqual([]);
  });
});

test("no strategy is both implemented and not", () => {
  expect(OTHER_STRATEGIES.filter((name) => STRATEGIES.some((known) => known === name))).toEqual([]);
});
