import type { RequestContext } from "./request-context.ts";
import type { Outcome } from "./reservation.ts";
import type { RequestEnd } from "./stage.ts";

/** Gives back what the request held. Every end of a request passes here, once. */
export function settle(ctx: RequestContext, end: Pick<RequestEnd, "ending" | "failure">): void {
  const { body, heartbeat, reservation } = ctx;
  // Refused before its body was there.
  (body as RequestContext["body"] | undefined)?.release();
  reservation?.settle(outcomeOf(ctx, end));
  heartbeat?.stop();
}

/** A failure of ours or a backend's before the first byte costs the app nothing; what it asked wrongly, or left, does. */
export function outcomeOf(
  { attempts }: Pick<RequestContext, "attempts">,
  { ending, failure }: Pick<RequestEnd, "ending" | "failure">,
): Outcome {
  if (attempts === 0) return "unused";
  if (ending !== "error") return "used";
  if (failure?.kind !== "upstream_answer") return "unused";
  return failure.status < 500 && !TRY_AGAIN.has(failure.status) ? "used" : "unused";
}

/** The backend had no time for it. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 429]);
