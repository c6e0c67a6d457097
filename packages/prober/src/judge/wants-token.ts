import type { EngineProof } from "../remember/engine-proof.ts";

/** One request that got nothing may be anybody's fault. */
const SUSPICIONS = 2;

/** Gateways notice after their time limits, which are minutes. */
const WINDOW_MS = 15 * 60_000;

/** An engine that gave no token is asked for one again so much later. */
const ASK_AGAIN_MS = 30_000;

/**
 * Is an engine to be asked for a token, if its metrics say that it is idle? Where gateways suspect it, since it was last
 * seen to work. `suspectedAt` and `now` are monotonic.
 */
export function wantsToken(
  { aliveAt, silentAt }: EngineProof,
  suspectedAt: readonly number[],
  now: number,
): boolean {
  if (silentAt !== null) return now - silentAt >= ASK_AGAIN_MS;
  if (aliveAt === null) return false;
  return suspectedAt.filter((at) => at > aliveAt && now - at <= WINDOW_MS).length >= SUSPICIONS;
}
