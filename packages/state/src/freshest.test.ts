import { expect, test } from "vitest";
import { outranks, type Standing } from "./freshest.ts";

const OURS = { intervalMs: 2_000, sameConfig: true };
const OTHER = { intervalMs: 2_000, sameConfig: false };

test.each<[string, Standing, Standing]>([
  ["one that is silent", { ageMs: 0, ...OURS }, { ageMs: 3_001, ...OURS }],
  ["one that is silent, by news for another config", { ageMs: 0, ...OTHER }, { ageMs: 3_001, ...OURS }],
  ["one that works by another config", { ageMs: 0, ...OURS }, { ageMs: 0, ...OTHER }],
  ["one that is late, by one that is less so", { ageMs: 60_000, ...OURS }, { ageMs: 60_001, ...OURS }],
  [
    "one that is late by its own, shorter interval",
    { ageMs: 5_000, intervalMs: 10_000, sameConfig: true },
    { ageMs: 2_000, intervalMs: 1_000, sameConfig: true },
  ],
])("changes over from %s", (_about, news, followed) => {
  expect(outranks(news, followed)).toBe(true);
  expect(outranks(followed, news)).toBe(false);
});

test.each<[string, Standing, Standing]>([
  ["is as good", { ageMs: 0, ...OURS }, { ageMs: 0, ...OURS }],
  ["is a little older", { ageMs: 0, ...OURS }, { ageMs: 3_000, ...OURS }],
  ["works by another config, as the one with news does", { ageMs: 0, ...OTHER }, { ageMs: 2_000, ...OTHER }],
  ["is as late", { ageMs: 9_000, ...OURS }, { ageMs: 9_000, ...OURS }],
])("stays with one that %s", (_about, news, followed) => {
  expect(outranks(news, followed)).toBe(false);
});
