import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveEnvironment } from "./environment.ts";

const ENV = { URL: "http://gpu-1", EMPTY: "", KEY: "sk-secret" };

describe("os.environ/NAME", () => {
  test.each([
    ["the value of a key", { api_base: "os.environ/URL" }, { api_base: "http://gpu-1" }],
    ["a value deep in maps", { a: { b: { c: "os.environ/URL" } } }, { a: { b: { c: "http://gpu-1" } } }],
    ["a value in a map in a list", { list: [{ a: "os.environ/URL" }] }, { list: [{ a: "http://gpu-1" }] }],
    ["a value in lists in lists", { list: [[{ a: "os.environ/URL" }]] }, { list: [[{ a: "http://gpu-1" }]] }],
    ["a variable that is empty", { a: "os.environ/EMPTY" }, { a: "" }],
  ])("is put in place of %s", (_about, written, value) => {
    expect(resolveEnvironment(written, ENV)).toEqual({ value, unset: [] });
  });

  test.each([
    ["a bare string in a list", { include: ["os.environ/URL"] }],
    ["a bare string in a list in a list", { a: [["os.environ/URL"]] }],
    ["a key", { "os.environ/URL": 1 }],
    ["text that only holds it", { a: "see os.environ/URL" }],
    ["another spelling", { a: "OS.ENVIRON/URL" }],
    ["an api_key", { litellm_params: { api_key: "os.environ/KEY" } }],
    ["a master_key", { general_settings: { master_key: "os.environ/KEY" } }],
    ["a header", { extra_headers: { "X-Key": "os.environ/KEY" } }],
    ["a header in LiteLLM's other spelling", { headers: { "X-Key": "os.environ/KEY" } }],
    ["a secret that is not set", { api_key: "os.environ/NOWHERE" }],
    ["numbers, flags and lists of them", { a: 1, b: true, c: [1, null, false] }],
  ])("leaves %s alone", (_about, written) => {
    expect(resolveEnvironment(written, ENV)).toEqual({ value: written, unset: [] });
  });

  test.each(["NOWHERE", "constructor", "toString", "__proto__", "hasOwnProperty", ""])(
    "%j that is not set is told with its path, and stays",
    (name) => {
      const written = { a: [{ b: `os.environ/${name}` }] };
      const { value, unset } = resolveEnvironment(written, ENV);
      expect(value).toEqual(written);
      expect(unset).toEqual([{ path: ["a", 0, "b"], name }]);
    },
  );

  test("every variable that is not set is told", () => {
    const { unset } = resolveEnvironment({ a: "os.environ/X", b: { c: "os.environ/Y" } }, {});
    expect(unset.map(({ path }) => path)).toEqual([["a"], ["b", "c"]]);
  });
});

test("a key with nothing behind it is as good as no key; nothing in a list stays where it is", () => {
  expect(resolveEnvironment({ a: null, b: { c: null }, d: [null] }, {}).value).toEqual({ b: {}, d: [null] });
});

test("what holds no reference comes out as it went in, and is not changed itself", () => {
  const json = fc.dictionary(
    fc.string(),
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.string()),
    ),
  );
  fc.assert(
    fc.property(json, (written) => {
      const before = structuredClone(written);
      expect(resolveEnvironment(written, ENV).value).toEqual(before);
      expect(written).toEqual(before);
    }),
  );
});
