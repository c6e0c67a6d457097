import type { Memory } from "./backend-state.ts";
import type { Track } from "./deployment-history.ts";

/** Was it seen to generate since its start? By a token that it was asked for, or by real traffic. */
export function showsTokens(
  { generated }: Pick<Track, "generated">,
  { before, memory }: { readonly before: Memory; readonly memory: Memory },
): boolean {
  if (memory.succeeded > 0) return true;
  return generated && memory.restarts === before.restarts;
}

/** Does it work at this moment? Then a question for a token would only wait in its queue. */
export function isMoving({ load, progress }: Memory, now: number): boolean {
  return load !== null && load.running + load.waiting > 0 && progress?.movedAt === now;
}
