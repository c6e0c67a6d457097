import { isRoutable, REASONS, type Reason, type Verdict } from "@rollcall/contract";
import { hintFor } from "./hint.ts";
import { expectReady, classifyAbsence } from "./classify-absence.ts";
import type { Absent, Fault, Outcome, Ready } from "../read/outcome.ts";
import { toWall, type Instant } from "../remember/instant.ts";
import type { DeploymentHistory } from "../remember/deployment-history.ts";
import { watchRefusal } from "../remember/refusal.ts";
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
  readonly now: Instant;
}

const REMEMBERED = 10;

/** Times the configured load time. */
const LONGEST_LOAD = 3;

/**
 * One probe's outcome moves one deployment on. Good news and definite findings act at once, unless it has come and gone
 * several times of late. Transient failures must come several in a row, and any other result begins the count anew.
 */
export function advance(history: DeploymentHistory, outcome: Outcome, moment: Moment): DeploymentHistory {
  const next =
    outcome.kind === "ready" ? answered(history, outcome, moment) : failing(history, outcome, moment);
  return withRefusal(next, outcome, moment.now);
}

/** Whether its port refuses connections is a fact of its own, whatever the reason: no damping holds it back. */
function withRefusal(history: DeploymentHistory, outcome: Outcome, now: Instant): DeploymentHistory {
  // On one that never listed its models no stream waits.
  const refusal = history.verdict.nameMatches === null ? null : watchRefusal(history.refusal, outcome, now);
  const since = refusal?.isConfirmed === true ? refusal.since : undefined;
  const { refusedSince: before, ...verdict } = history.verdict;
  if (since === before) return refusal === history.refusal ? history : { ...history, refusal };
  return {
    ...history,
    refusal,
    verdict: since === undefined ? verdict : { ...verdict, refusedSince: since },
  };
}

function answered(
  history: DeploymentHistory,
  outcome: Ready,
  { thresholds, now }: Moment,
): DeploymentHistory {
  const needed = successesNeeded(history, thresholds.successes, now.monotonic);
  const successes = history.successes + 1;
  if (isRoutable(history.verdict) || successes >= needed)
    return takenIn(history, outcome, { thresholds, now });
  const detail = `recovering: ${successes} of ${needed} good probes in a row`;
  return {
    ...history,
    failures: 0,
    successes,
    verdict: { ...history.verdict, detail, observedAt: now.wall },
  };
}

function takenIn(
  history: DeploymentHistory,
  { found, served, startedAt }: Ready,
  { thresholds, now }: Moment,
): DeploymentHistory {
  // Away for longer than any load is an outage, and teaches nothing about loads.
  const away =
    history.absentSince === null || isRoutable(history.verdict) ? 0 : now.monotonic - history.absentSince;
  const loadMs = startedAt === undefined ? away : loadOf(away, now.wall - startedAt);
  const loadTimesMs =
    loadMs === 0 || loadMs > LONGEST_LOAD * thresholds.loadTimeMs
      ? history.loadTimesMs
      : [...history.loadTimesMs, Math.round(loadMs)].slice(-REMEMBERED);
  const { readyInMs: _over, ...before } = history.verdict;
  const verdict: Verdict = {
    ...before,
    ready: true,
    nameMatches: true,
    reason: "ok",
    found,
    detail: "",
    hint: "",
    since: history.verdict.reason === "ok" ? history.verdict.since : now.wall,
    observedAt: now.wall,
    lastGoodAt: now.wall,
    served,
  };
  const changes = noteServed(history.changes, history.verdict.served, { ...served, at: now.monotonic });
  const next = { ...history, failures: 0, successes: 0, absentSince: null, loadTimesMs, changes };
  return withVerdict(next, verdict, now);
}

/** A start is told to the second, and a little later than its process began. */
const START_NOISE_MS = 2_000;

/** Of the time that nothing answered only that counts in which its process ran. One that ran before did not load in it. */
function loadOf(awayMs: number, runsMs: number): number {
  return runsMs <= 0 || runsMs > awayMs + START_NOISE_MS ? 0 : Math.min(runsMs, awayMs);
}

function failing(
  history: DeploymentHistory,
  outcome: Fault | Absent,
  { thresholds, now }: Moment,
): DeploymentHistory {
  const began = outcome.kind === "absent" ? (history.absentSince ?? now.monotonic) : history.absentSince;
  const reason =
    outcome.kind === "absent"
      ? classifyAbsence(
          { ...history, absentSince: began },
          { saysLoading: outcome.saysLoading, loadTimeMs: thresholds.loadTimeMs, now: now.monotonic },
        )
      : outcome.reason;
  const { definite } = REASONS[reason];
  const failures = definite ? 0 : history.failures + 1;
  // Something definite was said, so something answers.
  const absentSince = definite ? null : began;
  if (history.verdict.ready && !definite && failures < thresholds.failures) {
    // The old verdict stands, with the old time of its evidence.
    return { ...history, failures, successes: 0, absentSince };
  }
  const lost = isRoutable(history.verdict);
  // Only going away is a fall: a renamed server or a refused key has not crashed.
  const falls = lost && outcome.kind === "absent" ? remembering(history.falls, now.monotonic) : history.falls;
  const losses = lost && !definite ? remembering(history.losses, now.monotonic) : history.losses;
  // Whatever comes back after an absence has started anew, and must show again that it generates.
  const generated = outcome.kind === "absent" ? false : history.generated;
  const next = { ...history, failures, successes: 0, falls, losses, absentSince, generated };
  return withVerdict(next, failed(next, outcome, { reason, now }), now);
}

/** The last ten times, the given one included. */
export function remembering(times: readonly number[], now: number): readonly number[] {
  return [...times, now].slice(-REMEMBERED);
}

function failed(
  history: DeploymentHistory,
  outcome: Fault | Absent,
  { reason, now }: { reason: Reason; now: Instant },
): Verdict {
  const { readyInMs: _before, ...before } = history.verdict;
  const told = outcome.kind === "fault" ? outcome : null;
  const found = told !== null && told.found.length > 0 ? told.found : before.found;
  return {
    ...before,
    // A server that answers under another name is up: readiness and name are two facts.
    ready: REASONS[reason].ready,
    nameMatches: told?.nameMatches ?? before.nameMatches,
    reason,
    warnings: [],
    found,
    detail: outcome.detail,
    hint:
      reason === "down"
        ? goneHint(before)
        : hintFor({ reason, expected: before.expected, found, fix: told?.fix }),
    ...readyIn(history, reason, now.monotonic),
    since: before.reason === reason ? before.since : now.wall,
    observedAt: now.wall,
  };
}

/** What was last said by one that is gone: it explains why, for as long as nothing answers. */
const LAST_WORDS: Partial<Record<Reason, string>> = {
  engine_dead: `Its engine had died, and now its port is gone. ${REASONS.engine_dead.fix}`,
  draining: "It was shut down: start it again, unless that was meant.",
  hung: `Its engine hung before it went away. ${REASONS.hung.fix}`,
};

function goneHint({ reason, hint, nameMatches }: Verdict): string {
  if (reason === "down") return hint;
  const fix =
    nameMatches === null ? REASONS.down.fix : "Start it again, and read the log of its previous run.";
  return LAST_WORDS[reason] ?? fix;
}

/** How long the load will still take, where earlier ones tell. */
function readyIn(history: DeploymentHistory, reason: Reason, now: number): { readyInMs?: number } {
  const ms = reason === "loading" ? expectReady(history, now) : null;
  return ms === null ? {} : { readyInMs: Math.round(ms) };
}

/** A verdict carries what a later run of the prober must not forget. */
function withVerdict(history: DeploymentHistory, verdict: Verdict, now: Instant): DeploymentHistory {
  const { loadTimesMs, falls } = history;
  const held = history.verdict.reason === verdict.reason;
  const learned = loadTimesMs.length + falls.length > 0;
  return {
    ...history,
    reasonSince: held ? history.reasonSince : now.monotonic,
    verdict: learned
      ? { ...verdict, history: { loadTimesMs, falls: falls.map((at) => toWall(at, now)) } }
      : verdict,
  };
}

/** What was lost earlier than this counts no more. */
const LOSS_WINDOW_MS = 15 * 60_000;

/** However often it came and went: so many good probes in a row take anything in. */
const MOST_SUCCESSES = 8;

/**
 * Flap damping: as many good probes as the config says at first, and twice as many each time that it was lost again within
 * a quarter of an hour. What comes and goes costs every request that meets it.
 */
export function successesNeeded({ losses }: DeploymentHistory, configured: number, now: number): number {
  const recent = losses.filter((at) => now - at < LOSS_WINDOW_MS).length;
  return Math.max(configured, Math.min(2 ** Math.max(0, recent - 1), MOST_SUCCESSES));
}
