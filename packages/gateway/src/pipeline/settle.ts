import type { RequestContext } from "./request-context.ts";

/** Gives back what the request held. Every end of a request passes here, once. */
export function settle({ body, heartbeat, reservation }: RequestContext): void {
  // Refused before its body was there.
  (body as RequestContext["body"] | undefined)?.release();
  reservation?.settle();
  heartbeat?.stop();
}
