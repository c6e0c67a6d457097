import { expect, test } from "vitest";
import { keyIn, readSubProtocols } from "./sub-protocols.ts";

test.each<[string, string | undefined, readonly string[], string | null]>([
  ["none", undefined, [], null],
  ["one that is no key", "realtime", ["realtime"], null],
  ["a key", "realtime, openai-insecure-api-key.sk-1", ["realtime", "openai-insecure-api-key.sk-1"], "sk-1"],
  [
    "a key in front",
    "openai-insecure-api-key.sk-1,realtime",
    ["openai-insecure-api-key.sk-1", "realtime"],
    "sk-1",
  ],
  ["empty ones between", " , realtime,,", ["realtime"], null],
  ["an empty key", "openai-insecure-api-key.", ["openai-insecure-api-key."], null],
])("%s", (_case, header, ...[protocols, key]) => {
  expect(readSubProtocols(header)).toEqual(protocols);
  expect(keyIn(protocols)).toBe(key);
});
