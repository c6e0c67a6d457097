import {
  isProven,
  type Config,
  type Deployment,
  type Kind,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import { advance, remembering, type Thresholds } from "./judge/advance.ts";
import { diagnose } from "./judge/diagnose.ts";
import { judge } from "./judge/judge.ts";
import { NOTHING, remember, type Memory } from "./remember/backend-state.ts";
import type { Outcome } from "./read/outcome.ts";
import { reconcile } from "./remember/reconcile.ts";
import type { Load } from "./read/load.ts";
import type { Exchange, Sighting } from "./read/probe-result.ts";
import type { Track } from "./remember/deployment-history.ts";
import { isMoving, showsTokens } from "./remember/tokens.ts";
import { warn, type Notice } from "./judge/warn.ts";

/** A deployment whose reason, hint or warnings have changed. */
export interface Transition {
  readonly before: Verdict;
  readonly after: Verdict;
}

export interface Judging {
  readonly thresholds: Thresholds & { readonly stallTimeMs: number };
  /** When the sighting was begun. */
  readonly now: number;
}

/** What is known of every deployment of the config in use. Decides nothing itself: `decide/` does. */
export class Fleet {
  #tracks = new Map<string, Track>();
  #memories = new Map<string, Memory>();
  #backendOf: ReadonlyMap<string, string> = new Map();
  #byBackend: ReadonlyMap<string, readonly Deployment[]> = new Map();

  /** Takes a config over, keeping what still holds. */
  adopt(config: Config, previous: Snapshot | null, now: number): void {
    this.#tracks = reconcile({ tracks: this.#tracks, previous }, config, now);
    this.#byBackend = Map.groupBy(config.deployments, (deployment) => deployment.backend.id);
    this.#backendOf = new Map(config.deployments.map(({ id, backend }) => [id, backend.id]));
    const memories = config.backends.map(({ id }): [string, Memory] => [id, this.memory(id)]);
    this.#memories = new Map(memories);
  }

  /** One sighting of a backend is judged for all deployments on it; nothing is changed by that. */
  judge(backendId: string, sighting: Sighting, { thresholds, now }: Judging): Judged {
    const memory = remember(this.memory(backendId), sighting, now);
    const diagnosis = diagnose(memory, thresholds.stallTimeMs, now);
    const deployments = this.#byBackend.get(backendId) ?? [];
    const outcomes = deployments.flatMap((deployment) => {
      const track = this.#tracks.get(deployment.id);
      if (track === undefined) return [];
      const outcome = judge({ sighting, memory, diagnosis }, track.verdict);
      const generates = showsTokens(track, { before: this.memory(backendId), memory });
      return [{ deployment, outcome, generates }];
    });
    return { backendId, memory, outcomes, busy: isMoving(memory, now) };
  }

  /** What was judged moves every deployment on that is still wanted; those whose news matter come back. */
  record({ backendId, memory, outcomes }: Judged, { thresholds, now }: Judging): Transition[] {
    const restarted = memory.restarts > this.memory(backendId).restarts;
    this.#memories.set(backendId, memory);
    return outcomes.flatMap(({ deployment, outcome, generates }) => {
      // The config may have changed while a token was awaited.
      const before = this.#tracks.get(deployment.id);
      if (before?.verdict.check !== deployment.check) return [];
      const known = { ...(restarted ? begunAnew(before, now) : before), generated: generates };
      const track = withNotices(advance(known, outcome, { thresholds, now }), memory, now);
      this.#tracks.set(deployment.id, track);
      return isNews(before.verdict, track.verdict) ? [{ before: before.verdict, after: track.verdict }] : [];
    });
  }

  memory(backendId: string): Memory {
    return this.#memories.get(backendId) ?? NOTHING;
  }

  tracksOn(backendId: string): readonly Track[] {
    const deployments = this.#byBackend.get(backendId) ?? [];
    return deployments
      .map((deployment) => this.#tracks.get(deployment.id))
      .filter((track) => track !== undefined);
  }

  /** Every verdict with its backend's load, if that is told. */
  *standings(): Iterable<{ readonly verdict: Verdict; readonly load: Load | null }> {
    for (const [backendId, deployments] of this.#byBackend) {
      const { load } = this.memory(backendId);
      for (const { id } of deployments) {
        const track = this.#tracks.get(id);
        if (track !== undefined) yield { verdict: track.verdict, load };
      }
    }
  }

  /** What one deployment is judged by, for people; null where the config has none of this id. */
  evidence(deploymentId: string): Evidence | null {
    const track = this.#tracks.get(deploymentId);
    const backendId = this.#backendOf.get(deploymentId);
    if (track === undefined || backendId === undefined) return null;
    const { kind, version, load, exchanges } = this.memory(backendId);
    const { verdict, notices, loadTimesMs, falls } = track;
    return { verdict, notices, loadTimesMs, falls, kind, version, load, exchanges };
  }

  verdicts(): readonly Verdict[] {
    return [...this.#tracks.values()].map((track) => track.verdict);
  }
}

/** What a deployment is judged by. */
export interface Evidence {
  readonly verdict: Verdict;
  readonly notices: readonly Notice[];
  readonly loadTimesMs: readonly number[];
  readonly falls: readonly number[];
  readonly kind: Kind | null;
  readonly version: string | null;
  readonly load: Load | null;
  readonly exchanges: readonly Exchange[];
}

export interface Judged {
  readonly backendId: string;
  readonly memory: Memory;
  /** It works for somebody at this moment. */
  readonly busy: boolean;
  readonly outcomes: readonly DeploymentOutcome[];
}

export interface DeploymentOutcome {
  readonly deployment: Deployment;
  readonly outcome: Outcome;
  /** Was it seen to generate since its start? */
  readonly generates: boolean;
}

/** A restart that was too quick to be seen away is a fall all the same. */
function begunAnew(track: Track, now: number): Track {
  return { ...track, falls: isProven(track.verdict) ? remembering(track.falls, now) : track.falls };
}

function withNotices(track: Track, memory: Memory, now: number): Track {
  const notices = isProven(track.verdict) ? warn(memory, track.changes, now) : [];
  const warnings = notices.map(({ code }) => code);
  return { ...track, notices, verdict: { ...track.verdict, warnings } };
}

function isNews(before: Verdict, after: Verdict): boolean {
  return (
    before.reason !== after.reason ||
    before.hint !== after.hint ||
    before.warnings.join() !== after.warnings.join()
  );
}
