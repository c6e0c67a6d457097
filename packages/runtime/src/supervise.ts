import type { Clock } from "@rollcall/contract";
import { restartPolicy, type RestartDecision } from "./restart-policy.ts";

/** Something that runs, and is to run again when it crashes. `End` says how one run of it ended. */
export interface Supervised<End> {
  /** One run; `restarts` is 0 for the first. */
  run(restarts: number): Promise<End>;
  /** After how many crashes in a row, of which this was the last, to give it up; Infinity: never. */
  giveUpAt(end: End): number;
  /** Called before the wait for the next run. */
  crashed(end: End, decision: RestartDecision): void;
}

export type SupervisionEnd<End> =
  | { readonly kind: "gave_up"; readonly end: End }
  /** `end` is null where it was stopped while it waited to run again. */
  | { readonly kind: "stopped"; readonly end: End | null };

/** Keeps it running until `stop` is aborted, after which the current run is the last, or until it is given up. */
export async function supervise<End>(
  supervised: Supervised<End>,
  clock: Clock,
  stop: AbortSignal,
): Promise<SupervisionEnd<End>> {
  let consecutiveCrashes = 0;
  for (let restarts = 0; ; restarts += 1) {
    const startedAt = clock.monotonic();
    const end = await supervised.run(restarts);
    if (stop.aborted) return { kind: "stopped", end };
    const ranMs = clock.monotonic() - startedAt;
    const decision = restartPolicy({ ranMs, consecutiveCrashes, giveUpAt: supervised.giveUpAt(end) });
    supervised.crashed(end, decision);
    if (decision.kind === "give_up") return { kind: "gave_up", end };
    consecutiveCrashes = decision.consecutiveCrashes;
    await clock.sleep(decision.afterMs, stop);
    if (stop.aborted) return { kind: "stopped", end: null };
  }
}
