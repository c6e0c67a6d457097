import type { Config, Snapshot } from "@rollcall/contract";
import { resumeTrack, startTrack, type Track } from "./deployment-history.ts";

export interface Known {
  readonly tracks: ReadonlyMap<string, Track>;
  /** The last snapshot of an earlier run, if there is one. */
  readonly previous: Snapshot | null;
}

/**
 * Old knowledge and a new config → what is known of its deployments. What is checked must be the same for a verdict to
 * hold: an edited URL, model or credential reference begins anew.
 */
export function reconcile({ tracks, previous }: Known, config: Config, now: number): Map<string, Track> {
  const earlier = new Map(previous?.verdicts.map((verdict) => [verdict.deployment, verdict]));
  return new Map(
    config.deployments.map((deployment): [string, Track] => {
      const track = tracks.get(deployment.id);
      if (track?.verdict.check === deployment.check)
        return [deployment.id, underAlias(track, deployment.alias)];
      const verdict = earlier.get(deployment.id);
      const known = verdict?.check === deployment.check && verdict.alias === deployment.alias;
      return [deployment.id, known ? resumeTrack(verdict) : startTrack(deployment, now)];
    }),
  );
}

/** An id that is written in the config stays the same when the alias is renamed. */
function underAlias(track: Track, alias: string): Track {
  return track.verdict.alias === alias ? track : { ...track, verdict: { ...track.verdict, alias } };
}
