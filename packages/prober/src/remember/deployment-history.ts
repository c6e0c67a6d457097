import { isRoutable, REASONS, type Deployment, type Verdict } from "@rollcall/contract";
import { withoutDrain } from "./drains.ts";
import { toMonotonic, type Instant } from "./instant.ts";
import type { Refusal } from "./refusal.ts";
import { NO_CHANGES, type Notice, type ServedChanges } from "../judge/warn.ts";

/** What the prober remembers of one deployment. Times are monotonic, but for those in the verdict. */
export interface DeploymentHistory {
  readonly verdict: Verdict;
  /** Transient failures in a row; any other result sets it to zero. */
  readonly failures: number;
  /** Good probes in a row while it was out; being taken in sets it to zero. */
  readonly successes: number;
  /** Since when the verdict's reason holds. */
  readonly reasonSince: number;
  /** Since when nothing answers, or null. */
  readonly absentSince: number | null;
  /** Its port refuses connections, or null. */
  readonly refusal: Refusal | null;
  /** How long it took to come back, the last few times. */
  readonly loadTimesMs: readonly number[];
  /** When it went away or was restarted, the last few times. */
  readonly falls: readonly number[];
  /** When transient failures of any kind took it out, the last few times. */
  readonly losses: readonly number[];
  readonly changes: ServedChanges;
  readonly notices: readonly Notice[];
  /** Did a request for one token, or real traffic, succeed since the server's start? */
  readonly generated: boolean;
}

const FRESH = {
  failures: 0,
  successes: 0,
  absentSince: null,
  refusal: null,
  loadTimesMs: [],
  falls: [],
  losses: [],
  changes: NO_CHANGES,
  notices: [],
  generated: false,
} as const satisfies Partial<DeploymentHistory>;

/** A deployment not probed yet: not routable. */
export function startHistory(deployment: Deployment, now: Instant): DeploymentHistory {
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
      since: now.wall,
      observedAt: now.wall,
      lastGoodAt: null,
    },
    reasonSince: now.monotonic,
    ...FRESH,
  };
}

/** Goes on from a verdict of an earlier run, so that a restart of the prober takes nothing out of service. */
export function resumeHistory(told: Verdict, now: Instant): DeploymentHistory {
  const verdict = withoutDrain(told);
  const since = toMonotonic(verdict.since, now);
  return {
    ...FRESH,
    verdict,
    reasonSince: since,
    absentSince: REASONS[verdict.reason].absence ? since : null,
    refusal: resumeRefusal(verdict, now),
    loadTimesMs: verdict.history?.loadTimesMs ?? [],
    falls: (verdict.history?.falls ?? []).map((at) => toMonotonic(at, now)),
    // It was taken in by an earlier run, which has asked for its token.
    generated: isRoutable(verdict),
  };
}

function resumeRefusal({ refusedSince }: Verdict, now: Instant): Refusal | null {
  if (refusedSince === undefined) return null;
  return { since: refusedSince, at: toMonotonic(refusedSince, now), isConfirmed: true };
}
