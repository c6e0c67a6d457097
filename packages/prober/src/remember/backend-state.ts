import type { Kind } from "@rollcall/contract";
import type { Load } from "../read/load.ts";
import { namesOf, type Exchange, type Sighting } from "../read/probe-result.ts";
import { watchProgress, type Progress } from "./progress.ts";

/** Something that changed, when it was seen, in one line. */
export interface Change {
  readonly at: number;
  readonly detail: string;
}

/** What the prober remembers of one backend, whichever deployments use it. Times are epoch milliseconds. */
export interface Memory {
  readonly kind: Kind | null;
  readonly version: string | null;
  /** Sorted; null until a model list was seen. */
  readonly names: readonly string[] | null;
  /** Clean looks still needed until it is believed again that one server alone answers. */
  readonly doubts: number;
  /** Did it serve since it was last away? */
  readonly served: boolean;
  readonly load: Load | null;
  readonly progress: Progress | null;
  /** Preemptions since the look before. */
  readonly preempted: number;
  /** Requests that succeeded since the look before: nobody need ask for a token to know that it generates. */
  readonly succeeded: number;
  /** Requests of our own since that look. */
  readonly canaries: number;
  readonly skewMs: number | null;
  /** The latest start of any process that was met: behind a load balancer it is another one each time. */
  readonly startedAt: number | null;
  /** How many restarts were noticed. */
  readonly restarts: number;
  readonly restarted: Change | null;
  readonly versionChanged: Change | null;
  readonly exchanges: readonly Exchange[];
}

export const NOTHING: Memory = {
  kind: null,
  version: null,
  names: null,
  doubts: 0,
  served: false,
  load: null,
  progress: null,
  preempted: 0,
  succeeded: 0,
  canaries: 0,
  skewMs: null,
  startedAt: null,
  restarts: 0,
  restarted: null,
  versionChanged: null,
  exchanges: [],
};

/** Two clean looks in a row must follow one that met two servers: chance alone shows the same one now and then. */
const DOUBTS = 2;

/** One probe is added to what is known of a backend. */
export function remember(memory: Memory, sighting: Sighting, now: number): Memory {
  const seen = { ...memory, exchanges: sighting.exchanges };
  const names = namesOf(sighting);
  if (names === null) {
    const away = sighting.models.kind === "absent";
    // Whoever comes back after an absence has nothing to do with how it stood before.
    return away ? { ...seen, served: false, load: null, progress: null } : { ...seen, load: null };
  }
  return {
    ...seen,
    ...rememberStart(memory, sighting, now),
    kind: sighting.kind,
    names,
    doubts: meetsTwo(names, sighting) ? DOUBTS : Math.max(0, memory.doubts - 1),
    served: sighting.health?.kind === "absent" ? false : memory.served || sighting.health === null,
    load: sighting.load,
    progress: watchProgress(memory.progress, sighting.load, now),
    preempted: grown(memory.load?.preemptions, sighting.load?.preemptions),
    succeeded: Math.max(0, grown(memory.load?.succeeded, sighting.load?.succeeded) - memory.canaries),
    canaries: 0,
    skewMs: sighting.skewMs,
  };
}

function meetsTwo(names: readonly string[], { otherNames }: Sighting): boolean {
  return otherNames.some((others) => others.join("\n") !== names.join("\n"));
}

/** A later start than any before, or counters that begin anew where no start is told. */
function rememberStart(
  memory: Memory,
  { load, version }: Sighting,
  now: number,
): Partial<Pick<Memory, "startedAt" | "restarts" | "restarted" | "version" | "versionChanged">> {
  const startedAt = load?.startedAt ?? null;
  const detail = startedAt === null ? "its counters began anew" : "its process is a new one";
  const changed = version !== null && memory.version !== null && version !== memory.version;
  return {
    ...(startedAt !== null && { startedAt: Math.max(startedAt, memory.startedAt ?? 0) }),
    ...(wasRestarted(memory, load) && { restarts: memory.restarts + 1, restarted: { at: now, detail } }),
    ...(version !== null && { version }),
    ...(changed && { versionChanged: { at: now, detail: `${memory.version} before, ${version} now` } }),
  };
}

function wasRestarted({ startedAt, progress }: Memory, load: Load | null): boolean {
  if (load === null) return false;
  if (load.startedAt !== null) return startedAt !== null && load.startedAt > startedAt;
  return (load.progress ?? 0) < (progress?.load.progress ?? 0);
}

function grown(before: number | null | undefined, now: number | null | undefined): number {
  return typeof before !== "number" || typeof now !== "number" ? 0 : Math.max(0, now - before);
}
