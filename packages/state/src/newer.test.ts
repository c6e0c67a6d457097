import type { Snapshot } from "@rollcall/contract";
import { expect, test } from "vitest";
import { PROBER, snapshotOf } from "../test/snapshots.ts";
import { isNewer } from "./newer.ts";

const LATER = { instance: "prober-2", startedAt: PROBER.startedAt + 60_000 };
const EARLIER = { instance: "prober-0", startedAt: PROBER.startedAt - 60_000 };
const TWIN = { ...PROBER, instance: "its twin" };

test.each<[string, Snapshot, Snapshot | null]>([
  ["the first there is", snapshotOf(5), null],
  ["the next of the same prober", snapshotOf(6), snapshotOf(5)],
  ["a next one written by a clock set back", { ...snapshotOf(6), writtenAt: 1 }, snapshotOf(5)],
  ["the first of a prober started later", snapshotOf(1, LATER), snapshotOf(5)],
  ["the first of a prober started later by a clock set back", snapshotOf(1, EARLIER), snapshotOf(10)],
  ["one of another prober, started and written at the same moment", snapshotOf(5, TWIN), snapshotOf(5)],
])("%s is news", (_about, candidate, last) => {
  expect(isNewer(candidate, last)).toBe(true);
});

test.each<[string, Snapshot, Snapshot]>([
  ["the same again", snapshotOf(5), snapshotOf(5)],
  ["an older one of the same prober", snapshotOf(4), snapshotOf(5)],
  ["an older one written by a clock set forward", { ...snapshotOf(4), writtenAt: 9e15 }, snapshotOf(5)],
])("%s is none", (_about, candidate, last) => {
  expect(isNewer(candidate, last)).toBe(false);
});
