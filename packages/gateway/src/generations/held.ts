import type { Config, Deployment } from "@rollcall/contract";
import { partOf } from "../workers/divide-limits.ts";
import type { WorkerSlot } from "../workers/worker-slot.ts";

/** By deployment id: requests under way at another generation, and those that it may yet send. */
export type Held = Readonly<Record<string, number>>;

export interface Load {
  /** `max_parallel_requests` of this process; null: none. */
  readonly cap: number | null;
  /** Of that, what older generations hold. */
  readonly elsewhere: number;
  readonly inFlight: number;
  /** Requests that were taken and not sent to any deployment yet: each may go to any. */
  readonly pending: number;
}

/** What a process that takes no more requests keeps of a deployment; never more than it was allowed before. */
export function heldOf({ cap, elsewhere, inFlight, pending }: Load): number {
  return cap === null ? inFlight : Math.max(inFlight, Math.min(cap - elsewhere, inFlight + pending));
}

export function sumOf(parts: Iterable<Held>): Held {
  const sum: Record<string, number> = {};
  for (const part of parts) for (const [id, count] of Object.entries(part)) sum[id] = (sum[id] ?? 0) + count;
  return sum;
}

/**
 * What one worker has to take as under way elsewhere, so that with its own part of each limit all together stay within
 * what older generations leave. `config` is the whole gateway's.
 */
export function elsewhereFor(
  { deployments }: Pick<Config, "deployments">,
  held: Held,
  place: Pick<WorkerSlot, "index" | "count">,
): Held {
  return Object.fromEntries(
    deployments.flatMap((deployment): [string, number][] => {
      const count = held[deployment.id] ?? 0;
      return count === 0 ? [] : [[deployment.id, shareOf(deployment, count, place)]];
    }),
  );
}

function shareOf(
  { maxParallel }: Pick<Deployment, "maxParallel">,
  held: number,
  { index, count }: Pick<WorkerSlot, "index" | "count">,
): number {
  if (maxParallel === null) return Math.round(held / count);
  const left = Math.max(0, maxParallel - held);
  // Unlike a part of a limit this may be nothing: the older generation's requests end.
  const allowed = Math.floor(left / count) + (index < left % count ? 1 : 0);
  return partOf(maxParallel, { index, count }) - allowed;
}
