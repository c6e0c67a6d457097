import { expect, test } from "vitest";
import { grantees, key, team, user } from "../test/records.ts";
import type { Grantees } from "./grantees.ts";
import { isCurrent, keyFaultOf, type KeyFault } from "./standing.ts";

const NOW = 1_000;

test.each<[string, Partial<Grantees>, KeyFault | null]>([
  ["a good key", {}, null],
  ["a blocked key", { key: key({ blocked: true }) }, { kind: "blocked", by: "key" }],
  ["a key of a blocked team", { team: team({ blocked: true }) }, { kind: "blocked", by: "team" }],
  ["a key of a blocked user", { user: user({ blocked: true }) }, { kind: "blocked", by: "user" }],
  ["a key that ends later", { key: key({ expiresAt: NOW + 1 }) }, null],
  ["a key that ends now", { key: key({ expiresAt: NOW }) }, { kind: "expired" }],
  [
    "a key that was blocked before it ended",
    { key: key({ blocked: true, expiresAt: 0 }) },
    { kind: "blocked", by: "key" },
  ],
])("%s", (_, of, fault) => {
  expect(keyFaultOf(grantees(of), NOW)).toEqual(fault);
});

test.each([
  [null, true],
  [NOW + 1, true],
  [NOW, false],
])("a hash until %s", (until, expected) => {
  expect(isCurrent({ until }, NOW)).toBe(expected);
});
