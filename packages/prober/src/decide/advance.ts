import { isProven, REASONS, type Reason } from "@rollcall/contract";
import { hintFor } from "./hint.ts";
import { expectReady, nameAbsence } from "./name-absence.ts";
import type { Outcome } from "./outcome.ts";
import type { Track } from "./track.ts";

export interface Thresholds {
  /** Transient failures in a row before a ready deployment is taken out. */
  readonly failures: number;
  /** How long a load may take where none was seen yet. */
  readonly loadTimeMs: number;
}

const REMEMBERED = 10;

/** Times the configured load time. */
const LONGEST_LOAD = 3;

/**
 * One probe's outcome moves one deployment on. Good news and definite findings act at once. Transient failures must come
 * several in a row, and any other result begins the count anew.
 */
export function advance(
  track: Track,
  outcome: Outcome,
  { thresholds, now }: { thresholds: Thresholds; now: number },
): Track {
  if (outcome.kind === "ready") return toReady(track, outcome.found, { thresholds, now });
  const began = outcome.kind === "absent" ? (track.absentSince ?? now) : track.absentSince;
  const reason =
    outcome.kind === "absent"
      ? nameAbsence({ ...track, absentSince: began }, thresholds.loadTimeMs, now)
      : outcome.reason;
  const { definite } = REASONS[reason];
  const failures = definite ? 0 : track.failures + 1;
  // Something definite was said, so something answers.
  const absentSince = definite ? null : began;
  if (track.verdict.ready && !definite && failures < thresholds.failures) {
    // The old verdict stands, with the old time of its evidence.
    return { ...track, failures, absentSince };
  }
  // Only going away is a fall: a renamed server or a refused key has not crashed.
  const falls =
    isProven(track.verdict) && outcome.kind === "absent"
      ? [...track.falls, now].slice(-REMEMBERED)
      : track.falls;
  return {
    ...track,
    failures,
    falls,
    absentSince,
    verdict: failed({ ...track, absentSince }, outcome, { reason, now }),
  };
}

function toReady(
  track: Track,
  found: readonly string[],
  { thresholds, now }: { thresholds: Thresholds; now: number },
): Track {
  // Away for longer than any load is an outage, and teaches nothing about loads.
  const away = track.absentSince === null || isProven(track.verdict) ? 0 : now - track.absentSince;
  const loadTimesMs =
    away === 0 || away > LONGEST_LOAD * thresholds.loadTimeMs
      ? track.loadTimesMs
      : [...track.loadTimesMs, away].slice(-REMEMBERED);
  const { readyInMs: _over, ...before } = track.verdict;
  const verdict = {
    ...before,
    ready: true,
    nameMatches: true,
    reason: "ok" as const,
    found,
    detail: "",
    hint: "",
    since: track.verdict.reason === "ok" ? track.verdict.since : now,
    observedAt: now,
    lastGoodAt: now,
  };
  return { ...track, failures: 0, absentSince: null, loadTimesMs, verdict };
}

function failed(
  track: Track,
  outcome: Exclude<Outcome, { kind: "ready" }>,
  { reason, now }: { reason: Reason; now: number },
): Track["verdict"] {
  const before = track.verdict;
  const found = outcome.kind === "fault" && outcome.found.length > 0 ? outcome.found : before.found;
  const { readyInMs: _before, ...rest } = before;
  return {
    ...rest,
    // A server that answers under another name is up: readiness and name are two facts.
    ready: reason === "wrong_name",
    nameMatches:
      outcome.kind === "fault" && outcome.nameMatches !== null ? outcome.nameMatches : before.nameMatches,
    reason,
    found,
    detail: outcome.detail,
    hint: hintFor({ reason, expected: before.expected, found }),
    ...readyIn(track, reason, now),
    since: before.reason === reason ? before.since : now,
    observedAt: now,
  };
}

/** How long the load will still take, where earlier ones tell. */
function readyIn(track: Track, reason: Reason, now: number): { readyInMs?: number } {
  const ms = reason === "loading" ? expectReady(track, now) : null;
  return ms === null ? {} : { readyInMs: ms };
}
