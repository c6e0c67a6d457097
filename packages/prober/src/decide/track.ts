import type { Deployment, Reason, Verdict } from "@rollcall/contract";

/** What the prober remembers of one deployment. Times are epoch milliseconds. */
export interface Track {
  readonly verdict: Verdict;
  /** Transient failures in a row; any other result sets it to zero. */
  readonly failures: number;
  readonly firstSeenAt: number;
  /** Since when nothing answers, or null. */
  readonly absentSince: number | null;
  /** How long it took to come back, the last few times. */
  readonly loadTimesMs: readonly number[];
  /** When it went from ready to not ready, the last few times. */
  readonly falls: readonly number[];
}

/** A deployment not probed yet: not routable. */
export function startTrack(deployment: Deployment, now: number): Track {
  return {
    verdict: {
      deployment: deployment.id,
      alias: deployment.alias,
      check: deployment.check,
      ready: false,
      nameMatches: null,
      reason: "unknown",
      warnings: [],
      expected: deployment.expected,
      found: [],
      detail: "not probed yet",
      hint: "",
      since: now,
      observedAt: now,
      lastGoodAt: null,
    },
    failures: 0,
    firstSeenAt: now,
    absentSince: null,
    loadTimesMs: [],
    falls: [],
  };
}

const ABSENT: ReadonlySet<Reason> = new Set(["loading", "overdue", "down", "crash_loop"]);

/** Goes on from a verdict of an earlier run, so that a restart of the prober takes nothing out of service. */
export function resumeTrack(verdict: Verdict): Track {
  return {
    verdict,
    failures: 0,
    firstSeenAt: verdict.since,
    absentSince: ABSENT.has(verdict.reason) ? verdict.since : null,
    loadTimesMs: [],
    falls: [],
  };
}
