import { describe, expect, test } from "vitest";
import { originalPath, validateShape } from "./validate.ts";

const entry = (alias: unknown) => ({ model_name: alias, litellm_params: { model: "openai/m" } });
const messages = (value: unknown) =>
  validateShape(value).complaints.map(({ path, message }) => [path, message]);

describe("what is wrong is taken out, so that the rest can be looked at", () => {
  test("an entry that lacks what it needs goes as a whole; its neighbours keep their indexes", () => {
    const { rest, entries, complaints } = validateShape({
      model_list: [entry(["x"]), entry("a"), 5, { model_name: "b" }, entry("c"), entry({})],
    });
    expect(rest?.model_list.map((one) => one.model_name)).toEqual(["a", "c"]);
    expect(entries).toEqual([1, 4]);
    expect(complaints.map(({ path }) => path)).toEqual([
      ["model_list", 0, "model_name"],
      ["model_list", 2],
      ["model_list", 3],
      ["model_list", 5, "model_name"],
    ]);
  });

  test("a wrong parameter goes alone", () => {
    const good = entry("a");
    const { rest } = validateShape({
      model_list: [{ ...good, litellm_params: { ...good.litellm_params, timeout: "soon", rpm: 5 } }],
      rollcall: { prober: { port: "http", failures: 3 }, colour: "blue" },
      router_settings: { fallbacks: [{ a: "b" }], num_retries: 1 },
    });
    expect(rest).toEqual({
      model_list: [{ ...good, litellm_params: { ...good.litellm_params, rpm: 5 } }],
      rollcall: { prober: { failures: 3 } },
      router_settings: { num_retries: 1 },
    });
  });

  test("without a model_list nothing is left", () => {
    expect(validateShape({ model_list: "chat" }).rest).toBeNull();
    expect(validateShape({}).rest).toBeNull();
  });

  test("what was given is not changed", () => {
    const given = { model_list: [entry("a"), entry(["x"])], rollcall: { prober: { port: "4001" } } };
    const before = structuredClone(given);
    validateShape(given);
    expect(given).toEqual(before);
  });
});

describe("text from the environment", () => {
  test.each([
    ["rpm", "5", 5],
    ["timeout", "0.5", 0.5],
    ["order", "-1", -1],
    ["api_key", 1234, "1234"],
  ])("%s: %j is read as %j", (key, written, value) => {
    const one = entry("a");
    const { rest } = validateShape({
      model_list: [{ ...one, litellm_params: { ...one.litellm_params, [key]: written } }],
    });
    expect(rest?.model_list[0]?.litellm_params).toMatchObject({ [key]: value });
  });

  test.each([
    ["true", true],
    ["false", false],
  ])("access_log: %j is read as %j", (written, value) => {
    const { rest } = validateShape({
      model_list: [entry("a")],
      rollcall: { gateway: { access_log: written } },
    });
    expect(rest?.rollcall?.gateway?.access_log).toBe(value);
  });
});

describe("a complaint shows what was found", () => {
  test.each([
    ["a list", [1]],
    ["a map of keys", { a: 1 }],
    ['"http"', "http"],
    ["1.5", 1.5],
    ["NaN", Number.NaN],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    [`"${"x".repeat(76)}...`, "x".repeat(500)],
  ])("as %s", (shown, found) => {
    expect(messages({ model_list: [entry("a")], rollcall: { prober: { port: found } } })).toEqual([
      [["rollcall", "prober", "port"], `found ${shown}, expected a whole number`],
    ]);
  });
});

test("keys that hold slashes, tildes or digits are named as they are", () => {
  const value = { model_list: [entry("a")], environment_variables: { "a/b~c~1": [1], "0": [2] } };
  expect(messages(value)).toEqual([
    [["environment_variables", "0"], "found a list, expected text"],
    [["environment_variables", "a/b~c~1"], "found a list, expected text"],
  ]);
});

test.each([
  [
    ["model_list", 1, "model_name"],
    ["model_list", 4, "model_name"],
  ],
  [
    ["model_list", 9],
    ["model_list", 9],
  ],
  [["model_list"], ["model_list"]],
  [
    ["router_settings", "fallbacks", 1],
    ["router_settings", "fallbacks", 1],
  ],
  [[], []],
])("%j was written at %j", (path, original) => {
  expect(originalPath(path, [2, 4])).toEqual(original);
});
