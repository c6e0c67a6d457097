import type { BackendState } from "./backend-state.ts";
import type { DeploymentHistory } from "./deployment-history.ts";

/** Was it seen to generate since its start? By a token that it was asked for, or by real traffic. */
export function showsTokens(
  { generated }: Pick<DeploymentHistory, "generated">,
  { before, state }: { readonly before: BackendState; readonly state: BackendState },
): boolean {
  if (state.succeeded > 0) return true;
  return generated && state.restarts === before.restarts;
}

/** Does it work at this moment? Then a question for a token would only wait in its queue. */
export function isMoving({ load, progress }: BackendState, now: number): boolean {
  return load !== null && load.running + load.waiting > 0 && progress?.movedAt === now;
}
