import type { Kind } from "@rollcall/contract";
import type { Load } from "../read/load.ts";
import { namesOf, type ProbeExchange, type ProbeResult } from "../read/probe-result.ts";
import { NO_PROOF, watchProof, type EngineProof } from "./engine-proof.ts";
import { watchProgress, type Progress } from "./progress.ts";

/** Something that changed, when it was seen (monotonic), in one line. */
export interface Change {
  readonly at: number;
  readonly detail: string;
}

/** What the prober remembers of one backend, whichever deployments use it. Times are monotonic. */
export interface BackendState {
  readonly kind: Kind | null;
  readonly version: string | null;
  /** Where its API was found, if not at the config's `apiPath`. */
  readonly apiPath: string | null;
  /** Sorted; null until a model list was seen. */
  readonly names: readonly string[] | null;
  /** Clean probes still needed until it is believed again that one server alone answers. */
  readonly doubts: number;
  /** Did it serve since it was last away? */
  readonly served: boolean;
  readonly load: Load | null;
  readonly progress: Progress | null;
  readonly proof: EngineProof;
  /** Preemptions since the probe before. */
  readonly preempted: number;
  /** Requests that succeeded since the probe before: nobody need ask for a token to know that it generates. */
  readonly succeeded: number;
  /** Requests of our own since that probe. */
  readonly canaries: number;
  readonly skewMs: number | null;
  /** The latest start of any process that was met: behind a load balancer it is another one each time. */
  readonly startedAt: number | null;
  /** How many restarts were noticed. */
  readonly restarts: number;
  readonly restarted: Change | null;
  /** How many starts were met: one after every absence and restart, and where another kind or version answers. */
  readonly starts: number;
  readonly versionChanged: Change | null;
  readonly exchanges: readonly ProbeExchange[];
}

export const NOTHING_KNOWN: BackendState = {
  kind: null,
  version: null,
  apiPath: null,
  names: null,
  doubts: 0,
  served: false,
  load: null,
  progress: null,
  proof: NO_PROOF,
  preempted: 0,
  succeeded: 0,
  canaries: 0,
  skewMs: null,
  startedAt: null,
  restarts: 0,
  restarted: null,
  starts: 0,
  versionChanged: null,
  exchanges: [],
};

/** Two clean probes in a row must follow one that met two servers: chance alone shows the same one now and then. */
const DOUBTS = 2;

/** One probe is added to what is known of a backend. */
export function remember(state: BackendState, result: ProbeResult, now: number): BackendState {
  const seen = { ...state, exchanges: result.exchanges };
  const names = namesOf(result);
  if (names === null) {
    const away = result.models.kind === "absent";
    // Whoever comes back after an absence has nothing to do with how it stood before.
    return away
      ? { ...seen, served: false, load: null, progress: null, proof: NO_PROOF }
      : { ...seen, load: null };
  }
  const next: BackendState = {
    ...seen,
    ...rememberStart(state, result, now),
    kind: result.kind,
    apiPath: result.models.kind === "models" ? (result.models.apiPath ?? null) : null,
    names,
    doubts: meetsTwo(names, result) ? DOUBTS : Math.max(0, state.doubts - 1),
    served: result.health?.kind === "absent" ? false : state.served || result.health === null,
    load: result.load,
    progress: watchProgress(state.progress, result.load, now),
    proof: watchProof(state.proof, { ...result, last: state.progress?.load ?? null }, now),
    preempted: grown(state.load?.preemptions, result.load?.preemptions),
    succeeded: Math.max(0, grown(state.load?.succeeded, result.load?.succeeded) - state.canaries),
    canaries: result.token === "came" ? 1 : 0,
    skewMs: result.skewMs,
  };
  return isAnotherStart(state, next) ? { ...next, starts: state.starts + 1 } : next;
}

const MARKS_OF_START = ["restarts", "versionChanged", "kind", "apiPath"] as const;

function isAnotherStart(before: BackendState, after: BackendState): boolean {
  if (!after.served) return false;
  return !before.served || MARKS_OF_START.some((mark) => before[mark] !== after[mark]);
}

function meetsTwo(names: readonly string[], { otherNames }: ProbeResult): boolean {
  return otherNames.some((others) => others.join("\n") !== names.join("\n"));
}

/** A later start than any before, or counters that begin anew where no start is told. */
function rememberStart(
  state: BackendState,
  { load, version }: ProbeResult,
  now: number,
): Partial<Pick<BackendState, "startedAt" | "restarts" | "restarted" | "version" | "versionChanged">> {
  const startedAt = load?.startedAt ?? null;
  const detail = startedAt === null ? "its counters began anew" : "its process is a new one";
  const changed = version !== null && state.version !== null && version !== state.version;
  return {
    ...(startedAt !== null && { startedAt: Math.max(startedAt, state.startedAt ?? 0) }),
    ...(wasRestarted(state, load) && { restarts: state.restarts + 1, restarted: { at: now, detail } }),
    ...(version !== null && { version }),
    ...(changed && { versionChanged: { at: now, detail: `${state.version} before, ${version} now` } }),
  };
}

function wasRestarted({ startedAt, progress }: BackendState, load: Load | null): boolean {
  if (load === null) return false;
  if (load.startedAt !== null) return startedAt !== null && load.startedAt > startedAt;
  return (load.progress ?? 0) < (progress?.load.progress ?? 0);
}

function grown(before: number | null | undefined, now: number | null | undefined): number {
  return typeof before !== "number" || typeof now !== "number" ? 0 : Math.max(0, now - before);
}
