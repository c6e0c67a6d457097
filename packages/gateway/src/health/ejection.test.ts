import { expect, test } from "vitest";
import { certainty, holds, isOutweighedBy, pause, stronger, suspicion, type Ejection } from "./ejection.ts";

const START = 1_000_000;
/** The wall clock is an hour ahead of the monotonic one. */
const at = (ms: number) => ({ wall: ms + 3_600_000, monotonic: ms });
const INTERVAL = 5_000;
const CERTAIN = certainty("wrong_name", at(START));
const SUSPECT = suspicion("down", at(START), INTERVAL);

test.each([
  ["a certainty", CERTAIN, 30_000],
  ["a suspicion, until the prober has looked,", SUSPECT, INTERVAL],
  ["a suspicion where the prober looks seldom", suspicion("down", at(START), 600_000), 30_000],
  ["a pause that was asked for", pause("server_error", 7_000, at(START)), 7_000],
])("%s holds for its time and ends by itself", (_case, one, ms) => {
  expect(holds(one, START + ms)).toBe(true);
  expect(holds(one, START + ms + 1)).toBe(false);
});

const NEW_SUSPECT = suspicion("down", at(START + 4_000), INTERVAL);

test.each<[string, Ejection | null, Ejection]>([
  ["anything replaces nothing", null, SUSPECT],
  ["new evidence begins the time anew", SUSPECT, NEW_SUSPECT],
  ["a certainty replaces a suspicion", SUSPECT, CERTAIN],
  ["a suspicion counts once the certainty is over", CERTAIN, suspicion("down", at(START + 30_001), INTERVAL)],
])("%s", (_case, before, next) => {
  expect(stronger(before, next)).toBe(next);
});

test("a suspicion does not weaken a certainty, nor does it lengthen it", () => {
  expect(stronger(CERTAIN, suspicion("down", at(START + 29_000), INTERVAL))).toBe(CERTAIN);
});

test.each([
  ["asked for after it", CERTAIN, at(START + 1).wall, true],
  ["asked for before it", CERTAIN, at(START).wall, false],
  [
    "asked for after a pause, which no probe can see",
    pause("server_error", 7_000, at(START)),
    at(START + 1).wall,
    false,
  ],
])("a routable verdict %s", (_case, one, ...[observedAt, outweighs]) => {
  expect(isOutweighedBy(one, observedAt)).toBe(outweighs);
});
