import type { Config, Deployment, Snapshot, Verdict } from "@rollcall/contract";
import { advance, type Thresholds } from "./decide/advance.ts";
import { judge } from "./decide/judge.ts";
import { reconcile } from "./decide/reconcile.ts";
import type { Track } from "./decide/track.ts";
import type { ProbeResult } from "./probe.ts";

/** A deployment that went from one reason to another, or whose hint has changed. */
export interface Transition {
  readonly before: Verdict;
  readonly after: Verdict;
}

/** What is known of every deployment of the config in use. Decides nothing itself: `decide/` does. */
export class Fleet {
  #tracks = new Map<string, Track>();
  #byBackend: ReadonlyMap<string, readonly Deployment[]> = new Map();

  /** Takes a config over, keeping what still holds. */
  adopt(config: Config, previous: Snapshot | null, now: number): void {
    this.#tracks = reconcile({ tracks: this.#tracks, previous }, config, now);
    this.#byBackend = Map.groupBy(config.deployments, (deployment) => deployment.backend.id);
  }

  /** One probe of a backend moves all deployments on it; what changed its reason comes back. */
  record(
    backendId: string,
    result: ProbeResult,
    { thresholds, now }: { thresholds: Thresholds; now: number },
  ): Transition[] {
    const changes: Transition[] = [];
    for (const deployment of this.#byBackend.get(backendId) ?? []) {
      const track = this.#tracks.get(deployment.id);
      if (track === undefined) continue;
      const next = advance(track, judge(result.models, result.health, deployment.expected), {
        thresholds,
        now,
      });
      this.#tracks.set(deployment.id, next);
      if (next.verdict.reason !== track.verdict.reason || next.verdict.hint !== track.verdict.hint) {
        changes.push({ before: track.verdict, after: next.verdict });
      }
    }
    return changes;
  }

  tracksOn(backendId: string): readonly Track[] {
    const deployments = this.#byBackend.get(backendId) ?? [];
    return deployments
      .map((deployment) => this.#tracks.get(deployment.id))
      .filter((track) => track !== undefined);
  }

  verdicts(): readonly Verdict[] {
    return [...this.#tracks.values()].map((track) => track.verdict);
  }
}
