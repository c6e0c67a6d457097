import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeSecretRef, envNameOf, parseSecretRef } from "./secret-ref.ts";

describe("a secret as written", () => {
  test.each([
    [undefined, { from: "none" }],
    ["", { from: "none" }],
    ["os.environ/BACKEND_KEY", { from: "env", name: "BACKEND_KEY" }],
    ["os.environ/", { from: "env", name: "" }],
    ["file/keys/backend", { from: "file", path: "keys/backend" }],
    ["file//run/secrets/key", { from: "file", path: "/run/secrets/key" }],
    ["sk-1234", { from: "literal", value: "sk-1234" }],
    ["none", { from: "literal", value: "none" }],
    ["os.environ", { from: "literal", value: "os.environ" }],
    ["OS.ENVIRON/KEY", { from: "literal", value: "OS.ENVIRON/KEY" }],
    [" os.environ/KEY", { from: "literal", value: " os.environ/KEY" }],
    ["files/key", { from: "literal", value: "files/key" }],
  ])("%j is read as %j", (written, ref) => {
    expect(parseSecretRef(written)).toEqual(ref);
  });

  test.each([
    ["os.environ/NAME", "NAME"],
    ["os.environ/A/B", "A/B"],
    ["NAME", null],
    ["", null],
  ])("the variable that %j names is %j", (written, name) => {
    expect(envNameOf(written)).toBe(name);
  });
});

describe("the description of a reference", () => {
  test.each([
    ["os.environ/BACKEND_KEY", "environment variable BACKEND_KEY"],
    ["file/keys/backend", "file keys/backend"],
    ["", "none"],
  ])("of %j is %j", (written, words) => {
    expect(describeSecretRef(parseSecretRef(written))).toBe(words);
  });

  test("of a key written into the config is the same for every key", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(describeSecretRef({ from: "literal", value })).toBe("written in the config");
      }),
    );
  });
});
