import type { Load } from "../read/load.ts";
import type { TokenReply } from "../read/probe-result.ts";

/**
 * When an engine was last seen to work: one that hangs from idle shows no work, since its gauges and counters are only
 * written after a step. Times are monotonic.
 */
export interface EngineProof {
  /** When its counters were last seen to change, or a token came; null without counters. */
  readonly aliveAt: number | null;
  /** When a token was last asked for in vain since then; null where none was. */
  readonly silentAt: number | null;
}

export const NO_PROOF: EngineProof = { aliveAt: null, silentAt: null };

interface Look {
  readonly last: Load | null;
  readonly load: Load | null;
  readonly token: TokenReply | null;
}

/** One probe is added. Without metrics nothing is learned, and without counters nothing can be. */
export function watchProof(before: EngineProof, { last, load, token }: Look, now: number): EngineProof {
  if (load === null) return before;
  if (load.progress === null) return NO_PROOF;
  const moved = last?.progress !== load.progress || last.startedAt !== load.startedAt;
  if (moved || token === "came") return { aliveAt: now, silentAt: null };
  return token === "none" ? { ...before, silentAt: now } : before;
}
