import type { RequestContext } from "../pipeline/request-context.ts";

/**
 * What of a request's milliseconds the gateway took for itself: not those in which its body came, a model loaded, a backend was
 * waited for, or a retry.
 */
export function overheadOf(
  {
    pausedMs,
    queuedMs,
    receivedAt,
    startedAt,
    upstreamMs,
  }: Pick<RequestContext, "pausedMs" | "queuedMs" | "receivedAt" | "startedAt" | "upstreamMs">,
  ms: number,
): number {
  const receivedMs = receivedAt === 0 ? 0 : receivedAt - startedAt;
  return Math.max(0, ms - receivedMs - queuedMs - upstreamMs - pausedMs);
}
