import { isProven, REASONS, type Reason, type Verdict } from "@rollcall/contract";
import { hintFor } from "./hint.ts";
import { expectReady, nameAbsence } from "./classify-absence.ts";
import type { Absent, Fault, Outcome, Ready } from "../read/outcome.ts";
import { successesNeeded } from "./damping.ts";
import type { Track } from "../remember/deployment-history.ts";
import { noteServed } from "./warn.ts";

export interface Thresholds {
  /** Transient failures in a row before a ready deployment is taken out. */
  readonly failures: number;
  /** Good probes in a row before one that was out is taken in. */
  readonly successes: number;
  /** How long a load may take where none was seen yet. */
  readonly loadTimeMs: number;
}

interface Moment {
  readonly thresholds: Thresholds;
  readonly now: number;
}

const REMEMBERED = 10;

/** Times the configured load time. */
const LONGEST_LOAD = 3;

/**
 * One probe's outcome moves one deployment on. Good news and definite findings act at once, unless it has come and gone
 * several times of late. Transient failures must come several in a row, and any other result begins the count anew.
 */
export function advance(track: Track, outcome: Outcome, moment: Moment): Track {
  return outcome.kind === "ready" ? answered(track, outcome, moment) : refused(track, outcome, moment);
}

function answered(track: Track, outcome: Ready, { thresholds, now }: Moment): Track {
  const needed = successesNeeded(track, thresholds.successes, now);
  const successes = track.successes + 1;
  if (isProven(track.verdict) || successes >= needed) return takenIn(track, outcome, { thresholds, now });
  const detail = `answers well again: ${successes} good probes in a row, ${needed} are needed`;
  return {
    ...track,
    failures: 0,
    successes,
    verdict: { ...track.verdict, detail, observedAt: now },
  };
}

function takenIn(track: Track, { found, served }: Ready, { thresholds, now }: Moment): Track {
  // Away for longer than any load is an outage, and teaches nothing about loads.
  const away = track.absentSince === null || isProven(track.verdict) ? 0 : now - track.absentSince;
  const loadTimesMs =
    away === 0 || away > LONGEST_LOAD * thresholds.loadTimeMs
      ? track.loadTimesMs
      : [...track.loadTimesMs, away].slice(-REMEMBERED);
  const { readyInMs: _over, ...before } = track.verdict;
  const verdict: Verdict = {
    ...before,
    ready: true,
    nameMatches: true,
    reason: "ok",
    found,
    detail: "",
    hint: "",
    since: track.verdict.reason === "ok" ? track.verdict.since : now,
    observedAt: now,
    lastGoodAt: now,
    served,
  };
  const changes = noteServed(track.changes, track.verdict.served, { ...served, at: now });
  const next = { ...track, failures: 0, successes: 0, absentSince: null, loadTimesMs, changes };
  return { ...next, verdict: withHistory(verdict, next) };
}

function refused(track: Track, outcome: Fault | Absent, { thresholds, now }: Moment): Track {
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
    return { ...track, failures, successes: 0, absentSince };
  }
  const lost = isProven(track.verdict);
  // Only going away is a fall: a renamed server or a refused key has not crashed.
  const falls = lost && outcome.kind === "absent" ? remembering(track.falls, now) : track.falls;
  const losses = lost && !definite ? remembering(track.losses, now) : track.losses;
  // Whatever comes back after an absence has started anew, and must show again that it generates.
  const generated = outcome.kind === "absent" ? false : track.generated;
  const next = { ...track, failures, successes: 0, falls, losses, absentSince, generated };
  return { ...next, verdict: withHistory(failed(next, outcome, { reason, now }), next) };
}

/** The last ten times, the given one included. */
export function remembering(times: readonly number[], now: number): readonly number[] {
  return [...times, now].slice(-REMEMBERED);
}

function failed(
  track: Track,
  outcome: Fault | Absent,
  { reason, now }: { reason: Reason; now: number },
): Verdict {
  const { readyInMs: _before, ...before } = track.verdict;
  const told = outcome.kind === "fault" ? outcome : null;
  const found = told !== null && told.found.length > 0 ? told.found : before.found;
  return {
    ...before,
    // A server that answers under another name is up: readiness and name are two facts.
    ready: reason === "wrong_name" || reason === "adapter_gone",
    nameMatches: told?.nameMatches ?? before.nameMatches,
    reason,
    warnings: [],
    found,
    detail: outcome.detail,
    hint: hintFor({ reason, expected: before.expected, found, fix: told?.fix }),
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

/** A verdict carries what a later run of the prober must not forget. */
function withHistory(verdict: Verdict, { loadTimesMs, falls }: Track): Verdict {
  return loadTimesMs.length + falls.length === 0 ? verdict : { ...verdict, history: { loadTimesMs, falls } };
}
