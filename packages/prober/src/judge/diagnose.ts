import type { BackendState } from "../remember/backend-state.ts";
import { fault, type Fault } from "../read/outcome.ts";

/** One probe whose metrics do not come does not clear what the probes before it have shown; this long after them it does. */
const REMEMBERED_MS = 30_000;

/** What the metrics hold against an engine whose server answers well; null where nothing. */
export function diagnose(
  { load: present, progress, proof }: BackendState,
  stallTimeMs: number,
  now: number,
): Fault | null {
  const recent = progress !== null && now - progress.seenAt <= REMEMBERED_MS ? progress.load : null;
  const load = present ?? recent;
  if (load === null) return null;
  if (!load.awake) return fault("asleep", "/metrics: engine_sleep_state says that it is not awake");
  if (proof.silentAt !== null)
    return fault(
      "hung",
      "its metrics show no work, yet requests get no answer, and nor did one for a single token",
    );
  const stalledMs = progress === null ? 0 : now - progress.movedAt;
  if (stalledMs < stallTimeMs) return null;
  const seconds = Math.floor(stalledMs / 1_000);
  const { running, waiting, kvUsage } = load;
  const told = `${running} running, ${waiting} waiting, and no progress for ${seconds} s`;
  // A request that can never fit holds up all others: vLLM then waits with an empty cache.
  if (running === 0 && kvUsage === 0) {
    const fix =
      "Restart the backend and pin --max-model-len below what the KV cache holds: its scheduler waits for room that there never will be.";
    return fault("hung", `scheduler deadlock: ${told}, with an empty KV cache`, { fix });
  }
  return fault("hung", told);
}
