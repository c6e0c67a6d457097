import * as fc from "fast-check";
import {
  DEFAULT_BREAKER,
  NEVER_OPENS,
  type BreakerPolicy,
  type FaultKind,
  type Reason,
} from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import {
  CLOSED,
  mayPass,
  onAcquitted,
  onFault,
  onInconclusive,
  onSend,
  onSuccess,
  type Breaker,
} from "./breaker.ts";

const START = 1_000_000;

const failing = (breaker: Breaker, reason: Reason, at: number) =>
  onFault(breaker, { kind: "server_error", reason, at }, DEFAULT_BREAKER);

/** After so many faults, a millisecond apart. */
function afterFaults(count: number, breaker = CLOSED): Breaker {
  let next = breaker;
  for (let turn = 0; turn < count; turn += 1) next = failing(next, "down", START + turn);
  return next;
}

/** Open since START + 4, for one second. */
const OPEN = afterFaults(5);
const OVER = START + 4 + 1_000;

describe("a closed breaker", () => {
  test("lets everything pass, and opens with the fifth fault within half a minute", () => {
    expect(mayPass(CLOSED, START)).toBe(true);
    expect(mayPass(afterFaults(4), START + 4)).toBe(true);
    expect(mayPass(OPEN, START + 4)).toBe(false);
    expect(OPEN.reason).toBe("down");
  });

  test("forgets faults that are half a minute old", () => {
    const before = afterFaults(4);
    expect(mayPass(failing(before, "down", START + 30_003), START + 30_003)).toBe(true);
    expect(mayPass(failing(before, "down", START + 29_999), START + 29_999)).toBe(false);
  });

  test("does not excuse faults by successes between them", () => {
    const half = onSuccess(afterFaults(4));
    expect(mayPass(failing(half, "timeout", START + 10), START + 10)).toBe(false);
  });
});

describe("an open breaker", () => {
  test("lets nothing pass for a second, and then one request as a trial", () => {
    expect(mayPass(OPEN, OVER - 1)).toBe(false);
    expect(mayPass(OPEN, OVER)).toBe(true);
    expect(mayPass(onSend(OPEN, OVER), OVER)).toBe(false);
    expect(onSend(OPEN, OVER - 1)).toBe(OPEN);
  });

  test("closes when the trial succeeds, and has forgotten everything", () => {
    expect(onSuccess(onSend(OPEN, OVER))).toBe(CLOSED);
  });

  test("opens for twice as long after each trial that fails, but never for more than half a minute", () => {
    let breaker = OPEN;
    let now = OVER;
    const times: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      breaker = failing(onSend(breaker, now), "timeout", now);
      times.push((breaker.openUntil ?? 0) - now);
      now = breaker.openUntil ?? now;
    }
    expect(times).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(breaker.reason).toBe("timeout");
  });

  test("is not changed by faults of requests that were sent before it opened", () => {
    expect(failing(OPEN, "timeout", START + 500)).toBe(OPEN);
  });

  test("takes another trial where one ended without saying anything", () => {
    const tried = onInconclusive(onSend(OPEN, OVER));
    expect(mayPass(tried, OVER)).toBe(true);
    expect(onInconclusive(CLOSED)).toBe(CLOSED);
  });
});

test("no state is a trap: whatever happened, half a minute later a request may pass, unless one is being tried", () => {
  const step = fc.constantFrom("fault", "success", "inconclusive", "send");
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat({ max: 5_000 })), { maxLength: 60 }), (steps) => {
      let breaker = CLOSED;
      let now = START;
      for (const [kind, pause] of steps) {
        now += pause;
        if (kind === "fault") breaker = failing(breaker, "down", now);
        if (kind === "success") breaker = onSuccess(breaker);
        if (kind === "inconclusive") breaker = onInconclusive(breaker);
        if (kind === "send") breaker = onSend(breaker, now);
      }
      expect(breaker.faults.length).toBeLessThanOrEqual(5);
      expect(mayPass(breaker, now + 30_000)).toBe(!breaker.trial);
    }),
  );
});

describe("a fault that was the request's", () => {
  test("is not counted any more, and closes what it opened", () => {
    expect(onAcquitted(afterFaults(3), START + 2)).toEqual(afterFaults(2));
    expect(onAcquitted(OPEN, START + 4)).toEqual({ ...afterFaults(4), reason: "ok" });
  });

  test("that never counted changes nothing: one that ended a trial leaves it open", () => {
    const failedTrial = failing(onSend(OPEN, OVER), "down", OVER);
    expect(onAcquitted(failedTrial, OVER)).toBe(failedTrial);
  });
});

describe("a policy", () => {
  const POLICY = {
    allowedFaults: { timeout: 0, bad_gateway: 1, server_error: 2, refused: NEVER_OPENS },
    windowMs: 60_000,
    firstOpenMs: 45_000,
    lastOpenMs: 45_000,
  };
  const after = (kinds: readonly FaultKind[], policy: BreakerPolicy | null = POLICY, apartMs = 1) =>
    kinds.reduce(
      (breaker, kind, turn) => onFault(breaker, { kind, reason: "down", at: START + turn * apartMs }, policy),
      CLOSED,
    );

  test.each<[string, FaultKind[], boolean]>([
    ["none is allowed: the first opens", ["timeout"], true],
    ["two are allowed, and two came", ["server_error", "server_error"], false],
    ["two are allowed, and three came", ["server_error", "server_error", "server_error"], true],
    ["all are counted together, the last one's limit decides", ["server_error", "bad_gateway"], true],
    ["and the other way round", ["bad_gateway", "server_error"], false],
    ["refusals never open it", Array<FaultKind>(2_000).fill("refused"), false],
  ])("%s", (_case, kinds, opens) => {
    expect(after(kinds).openUntil !== null).toBe(opens);
  });

  test("faults older than its window are forgotten", () => {
    expect(after(["server_error", "server_error", "server_error"], POLICY, 30_000).openUntil).toBeNull();
    expect(after(["server_error", "server_error", "server_error"], POLICY, 29_999).openUntil).not.toBeNull();
  });

  test("says how long it is open, at first and after trials that fail", () => {
    const open = after(["timeout"]);
    expect(open.openUntil).toBe(START + 45_000);
    const tried = onSend(open, START + 45_000);
    const failed = onFault(tried, { kind: "timeout", reason: "timeout", at: START + 45_000 }, POLICY);
    expect(failed.openUntil).toBe(START + 90_000);
  });

  test("that is none lets everything pass, and forgets what was", () => {
    const many = Array<FaultKind>(50).fill("timeout");
    expect(after(many, null)).toBe(CLOSED);
    expect(onFault(OPEN, { kind: "timeout", reason: "timeout", at: OVER }, null)).toBe(CLOSED);
  });
});
