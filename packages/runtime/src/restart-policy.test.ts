import { expect, test } from "vitest";
import { restartPolicy } from "./restart-policy.ts";

test.each([
  ["the first crash", { consecutiveCrashes: 0 }, { kind: "restart", consecutiveCrashes: 1, afterMs: 100 }],
  [
    "a crash soon after it: twice as late",
    { consecutiveCrashes: 1 },
    { kind: "restart", consecutiveCrashes: 2, afterMs: 200 },
  ],
  ["one more than is put up with", { consecutiveCrashes: 4 }, { kind: "give_up", consecutiveCrashes: 5 }],
  [
    "a crash after ten healthy seconds, however many there were before",
    { consecutiveCrashes: 4, ranMs: 10_000 },
    { kind: "restart", consecutiveCrashes: 1, afterMs: 100 },
  ],
  [
    "a crash a moment before that",
    { consecutiveCrashes: 3, ranMs: 9_999 },
    { kind: "restart", consecutiveCrashes: 4, afterMs: 800 },
  ],
  [
    "the fortieth in a row where none is too many: no later than after ten seconds",
    { consecutiveCrashes: 39, giveUpAt: Number.POSITIVE_INFINITY },
    { kind: "restart", consecutiveCrashes: 40, afterMs: 10_000 },
  ],
  [
    "the first one where one is too many",
    { consecutiveCrashes: 0, giveUpAt: 1 },
    { kind: "give_up", consecutiveCrashes: 1 },
  ],
])("%s", (_what, crash, decision) => {
  expect(restartPolicy({ ranMs: 0, giveUpAt: 5, ...crash })).toEqual(decision);
});
