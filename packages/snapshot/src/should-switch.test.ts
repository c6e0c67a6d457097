import { expect, test } from "vitest";
import { shouldSwitch, type ProberFreshness } from "./should-switch.ts";

const OURS = { intervalMs: 2_000, isSameConfig: true };
const OTHER = { intervalMs: 2_000, isSameConfig: false };

test.each<[string, ProberFreshness, ProberFreshness]>([
  ["one that is silent", { ageMs: 0, ...OURS }, { ageMs: 3_001, ...OURS }],
  [
    "one that is silent, to one that works by another config",
    { ageMs: 0, ...OTHER },
    { ageMs: 3_001, ...OURS },
  ],
  ["one that works by another config", { ageMs: 0, ...OURS }, { ageMs: 0, ...OTHER }],
  ["one that is late, to one that is less so", { ageMs: 60_000, ...OURS }, { ageMs: 60_001, ...OURS }],
  [
    "one that is late by its own, shorter interval",
    { ageMs: 5_000, intervalMs: 10_000, isSameConfig: true },
    { ageMs: 2_000, intervalMs: 1_000, isSameConfig: true },
  ],
])("switches from %s", (_about, candidate, followed) => {
  expect(shouldSwitch(candidate, followed)).toBe(true);
  expect(shouldSwitch(followed, candidate)).toBe(false);
});

test.each<[string, ProberFreshness, ProberFreshness]>([
  ["is as good", { ageMs: 0, ...OURS }, { ageMs: 0, ...OURS }],
  ["is a little older", { ageMs: 0, ...OURS }, { ageMs: 3_000, ...OURS }],
  ["works by another config, as the other one does", { ageMs: 0, ...OTHER }, { ageMs: 2_000, ...OTHER }],
  ["is as late", { ageMs: 9_000, ...OURS }, { ageMs: 9_000, ...OURS }],
])("stays with one that %s", (_about, candidate, followed) => {
  expect(shouldSwitch(candidate, followed)).toBe(false);
});
