import { describe, expect, test } from "vitest";
import { ExpectedKeys, isMalformed, KEY_HEADERS, sentKey, type KeyHeaders } from "./bearer.ts";

test.each<[what: string, headers: KeyHeaders, key: string | null]>([
  ["a Bearer token", { authorization: "Bearer sk-1" }, "sk-1"],
  ["the scheme in other case", { authorization: "bearer sk-1" }, "sk-1"],
  ["spaces around it", { authorization: "Bearer   sk-1  " }, "sk-1"],
  ["Anthropic's header", { "x-api-key": "sk-1" }, "sk-1"],
  ["Azure's header", { "api-key": "sk-1" }, "sk-1"],
  ["Azure's header beside an empty one of Anthropic's", { "x-api-key": "", "api-key": "sk-1" }, "sk-1"],
  ["both: the Bearer token counts", { authorization: "Bearer sk-1", "x-api-key": "sk-2" }, "sk-1"],
  ["another scheme beside Anthropic's header", { authorization: "Basic sk-1", "x-api-key": "sk-2" }, "sk-2"],
  ["a key without its scheme", { authorization: "sk-1" }, null],
  ["another scheme", { authorization: "Basic sk-1" }, null],
  ["two words", { authorization: "Bearer sk-1 sk-2" }, null],
  ["a space of another kind behind it", { authorization: "Bearer sk-1\u00a0" }, null],
  ["the scheme alone", { authorization: "Bearer " }, null],
  ["an empty header of Anthropic's", { "x-api-key": "" }, null],
  ["Anthropic's header twice", { "x-api-key": ["sk-1", "sk-1"] }, null],
  ["Google's header", { "x-goog-api-key": "sk-1" }, "sk-1"],
  ["the header of Azure's API management", { "ocp-apim-subscription-key": "sk-1" }, "sk-1"],
  ["LiteLLM's header", { "x-litellm-api-key": "sk-1" }, "sk-1"],
  ["LiteLLM's header with the scheme", { "x-litellm-api-key": "Bearer sk-1" }, "sk-1"],
  ["Anthropic's header with the scheme", { "x-api-key": "bearer sk-1" }, "sk-1"],
  [
    "LiteLLM's header beside a credential of somebody else's",
    { authorization: "Bearer oauth-token", "x-litellm-api-key": "sk-1", "x-api-key": "sk-2" },
    "sk-1",
  ],
  [
    "an empty one of LiteLLM's beside the Bearer token",
    { authorization: "Bearer sk-1", "x-litellm-api-key": "" },
    "sk-1",
  ],
  ["nothing", {}, null],
])("the key that was sent: %s", (_what, headers, key) => {
  expect(sentKey(headers)).toBe(key);
});

test("all headers at once: they count in the order of the list", () => {
  const all = KEY_HEADERS.map((name) => [name, `Bearer ${name}`] as const);
  for (const [index, [name]] of all.entries())
    expect(sentKey(Object.fromEntries(all.slice(index).toReversed()))).toBe(name);
});

test.each<[what: string, headers: KeyHeaders, key: string | null]>([
  ["a key", { "x-key": "sk-1" }, "sk-1"],
  ["a key with the scheme", { "x-key": "Bearer sk-1" }, "sk-1"],
  [
    "a key beside all others",
    { "x-key": "sk-1", authorization: "Bearer sk-2", "x-litellm-api-key": "sk-3" },
    "sk-1",
  ],
  ["none: the others count", { authorization: "Bearer sk-2" }, "sk-2"],
  ["nothing in it: the others count", { "x-key": "", "x-api-key": "sk-2" }, "sk-2"],
])("the config's own header brings %s", (_what, headers, key) => {
  expect(sentKey(headers, "x-key")).toBe(key);
});

test("as the config's own header, authorization may do without its scheme", () => {
  expect(sentKey({ authorization: "sk-1" }, "authorization")).toBe("sk-1");
  expect(sentKey({ authorization: "Bearer sk-1" }, "authorization")).toBe("sk-1");
});

test.each<[string, KeyHeaders, boolean]>([
  ["a bare key", { authorization: "sk-1" }, true],
  ["another scheme", { authorization: "Basic c2s6MQ==" }, true],
  ["two words", { authorization: "Bearer sk-1 sk-2" }, true],
  ["the scheme alone", { authorization: "Bearer" }, true],
  ["a Bearer token", { authorization: "Bearer sk-1" }, false],
  ["an empty header", { authorization: "" }, false],
  ["nothing", {}, false],
])("%s in authorization is malformed: %j, %j", (_what, headers, malformed) => {
  expect(isMalformed(headers)).toBe(malformed);
});

describe("an expected key", () => {
  test.each([
    ["itself", "sk-master", true],
    ["less of it", "sk-maste", false],
    ["more than it", "sk-master2", false],
    ["itself and a zero", "sk-master\0", false],
    ["other case", "SK-MASTER", false],
    ["nothing", "", false],
  ])("is matched by %s: %j, %j", (_what, sent, matches) => {
    const key = new ExpectedKeys(["sk-master"]);
    expect(key.matches(sent)).toBe(matches);
    // What was sent before leaves nothing behind.
    expect(key.matches("sk-master")).toBe(true);
  });

  test.each([
    ["the first", "sk-one", true],
    ["the last", "sk-three", true],
    ["one in the middle", "sk-2", true],
    ["two of them together", "sk-onesk-2", false],
    ["what one begins with", "sk-", false],
    ["none", "sk-four", false],
  ])("of several is matched by %s", (_what, sent, matches) => {
    expect(new ExpectedKeys(["sk-one", "sk-2", "sk-three"]).matches(sent)).toBe(matches);
  });

  test("that is not there is matched by nothing", () => {
    expect(new ExpectedKeys([]).matches("")).toBe(false);
  });
});
