import type { Deployment, Reason } from "@rollcall/contract";
import type { Gateway } from "../gateway.ts";
import type { UpstreamFailure } from "../upstream/failure.ts";

/** One of these makes a deployment the second choice for a moment; an error answer alone does not. */
const SUSPECT: ReadonlySet<Reason> = new Set(["down", "dns", "tls", "proxy_error"]);

const TOO_MANY = 429;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What a failed attempt says of the deployment, for the requests that come after. A fault of the request says nothing. */
export function blame(deployment: Deployment, failure: UpstreamFailure, gateway: Gateway): void {
  const { breakers, clock, ejections, metrics } = gateway;
  const { id } = deployment;
  const { answer, definite, reason, retryable, timeout } = failure;
  const now = clock.monotonic();
  const moment = { wall: clock.now(), monotonic: now };
  if (timeout !== null) metrics.timedOut(id, timeout);
  if (!retryable && timeout === null) {
    breakers.inconclusive(id);
    return;
  }
  metrics.attemptFailed(id, reason);
  if (answer?.status === TOO_MANY) {
    // Busy is not broken: it is let alone as long as it asks for.
    ejections.add(id, { definite: false, reason, forMs: pauseMs(answer.retryAfter) }, moment);
    breakers.inconclusive(id);
    return;
  }
  gateway.reprobeRequester.request(id);
  if (definite || SUSPECT.has(reason)) ejections.add(id, { definite, reason }, moment);
  breakers.failed(id, reason, now);
}

/** `Retry-After` in seconds; a date or nothing means a moment. */
export function pauseMs(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds * 1_000, LONGEST_PAUSE_MS)
    : FIRST_PAUSE_MS;
}
