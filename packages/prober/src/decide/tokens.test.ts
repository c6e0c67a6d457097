import { describe, expect, it } from "vitest";
import { loadOf } from "../../test/sightings.ts";
import { NOTHING, type Memory } from "./memory.ts";
import { isMoving, showsTokens } from "./tokens.ts";

describe("a deployment shows tokens", () => {
  it.each<[string, boolean, Partial<Memory>, boolean]>([
    ["when it has shown one since its start", true, {}, true],
    ["not when it has shown none", false, {}, false],
    ["not when its server was restarted since", true, { restarts: 1 }, false],
    ["when requests of others succeed", false, { succeeded: 2 }, true],
    ["when requests of others succeed after a restart", true, { restarts: 1, succeeded: 1 }, true],
  ])("%s", (_when, generated, memory, shows) => {
    expect(showsTokens({ generated }, { before: NOTHING, memory: { ...NOTHING, ...memory } })).toBe(shows);
  });
});

describe("an engine moves", () => {
  const at = (movedAt: number, load = loadOf({ running: 1 })): Memory => ({
    ...NOTHING,
    load,
    progress: { movedAt, seenAt: 9, load },
  });

  it.each<[string, Memory, boolean]>([
    ["when it has work and its counters moved at this look", at(9), true],
    ["when others wait", at(9, loadOf({ waiting: 1 })), true],
    ["not when it stands still", at(5), false],
    ["not when it has nothing to do", at(9, loadOf()), false],
    ["not when its metrics say nothing", NOTHING, false],
  ])("%s", (_when, memory, moves) => {
    expect(isMoving(memory, 9)).toBe(moves);
  });
});
