import { describe, expect, test } from "vitest";
import type { CorsRule } from "@rollcall/contract";
import { corsHeaders, isPreflight, preflightHeaders, readCors, type Cors } from "./cors.ts";

const SITE = "https://chat.example";
const KEYED = { asksForKey: true };
const KEYLESS = { asksForKey: false };

test.each<[string, CorsRule, { readonly asksForKey: boolean }, Cors | null]>([
  ["auto with a key", "auto", KEYED, { origins: null }],
  ["auto without one", "auto", KEYLESS, null],
  ["any with a key", "any", KEYED, { origins: null }],
  ["any without one, which the config refuses", "any", KEYLESS, null],
  ["off", "off", KEYED, null],
  ["a list with a key", [SITE], KEYED, { origins: [SITE] }],
  ["a list without one", [SITE], KEYLESS, { origins: [SITE] }],
  ["an empty list", [], KEYED, null],
])("%s", (_case, rule, ...[key, cors]) => {
  expect(readCors(rule, key)).toEqual(cors);
});

const preflight = (headers: Record<string, string>) => ({ method: "OPTIONS", headers });

test.each([
  ["with origin and method", preflight({ origin: SITE, "access-control-request-method": "POST" }), true],
  ["without a method", preflight({ origin: SITE }), false],
  ["without an origin", preflight({ "access-control-request-method": "POST" }), false],
  [
    "of another method",
    { method: "POST", headers: { origin: SITE, "access-control-request-method": "POST" } },
    false,
  ],
])("a preflight %s", (_case, request, is) => {
  expect(isPreflight(request)).toBe(is);
});

describe("headers", () => {
  const asks = (names: string, origin = SITE) =>
    preflight({ origin, "access-control-request-method": "POST", "access-control-request-headers": names });

  test.each(["authorization", "authorization,content-type", "X-Api-Key , x-stainless-os"])(
    "that a page asks for may all be sent: %s",
    (names) => {
      const headers = new Map(preflightHeaders({ origins: null }, asks(names)));
      expect(headers.get("access-control-allow-headers")).toBe(names);
      expect(headers.get("access-control-allow-origin")).toBe("*");
    },
  );

  test.each(["a b", "a;b", ",", "é"])("that are no names are not repeated: %s", (names) => {
    expect(
      new Map(preflightHeaders({ origins: null }, asks(names))).has("access-control-allow-headers"),
    ).toBe(false);
  });

  test("of answers to two listed sites are told apart, and others get nothing", () => {
    const cors = { origins: [SITE, "app://desktop"] };
    expect(Object.fromEntries(corsHeaders(cors, "app://desktop"))).toMatchObject({
      "access-control-allow-origin": "app://desktop",
      vary: "origin",
    });
    expect(corsHeaders(cors, "https://evil.example")).toEqual([["vary", "origin"]]);
    expect(preflightHeaders(cors, asks("authorization", "https://evil.example"))).toEqual([
      ["vary", "access-control-request-headers, origin"],
    ]);
  });
});
