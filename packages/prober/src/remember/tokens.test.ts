import { describe, expect, it } from "vitest";
import { loadOf } from "../../test/probe-results.ts";
import { NOTHING_KNOWN, type BackendState } from "./backend-state.ts";
import { isMoving, showsTokens } from "./tokens.ts";

describe("a deployment shows tokens", () => {
  const shows = (generated: boolean, state: Partial<BackendState> = {}) =>
    showsTokens({ generated }, { before: NOTHING_KNOWN, state: { ...NOTHING_KNOWN, ...state } });

  it("when it has shown one since its start", () => {
    expect([shows(true), shows(false)]).toEqual([true, false]);
  });

  it("not when its server was restarted since", () => {
    expect(shows(true, { restarts: 1 })).toBe(false);
  });

  it("when requests of others succeed, also after a restart", () => {
    expect(shows(false, { succeeded: 2 })).toBe(true);
    expect(shows(true, { restarts: 1, succeeded: 1 })).toBe(true);
  });
});

describe("an engine moves", () => {
  const at = (movedAt: number, load = loadOf({ running: 1 })): BackendState => ({
    ...NOTHING_KNOWN,
    load,
    progress: { movedAt, seenAt: 9, load },
  });

  it.each<[string, BackendState, boolean]>([
    ["when it has work and its counters moved at this look", at(9), true],
    ["when others wait", at(9, loadOf({ waiting: 1 })), true],
    ["not when it stands still", at(5), false],
    ["not when it has nothing to do", at(9, loadOf()), false],
    ["not when its metrics say nothing", NOTHING_KNOWN, false],
  ])("%s", (_when, state, moves) => {
    expect(isMoving(state, 9)).toBe(moves);
  });
});
