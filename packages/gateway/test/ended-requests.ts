import type { GatewayMetrics } from "../src/observe/metrics.ts";
import type { RequestContext } from "../src/pipeline/request-context.ts";

/** What metrics read of a request. */
export function requestTo(alias: string, endpoint = "chat_completions"): RequestContext {
  return {
    alias,
    endpoint: { name: endpoint, counts: ["tokens"] as readonly string[], response: { events: null } },
    fields: { stream: false },
    startedAt: 0,
    attempts: 1,
    fallbacks: 0,
    queuedMs: 0,
    pausedMs: 0,
    upstreamMs: 0,
    receivedAt: 0,
    firstByteAt: null,
    lastByteAt: null,
    usage: null,
    trace: null,
    state: { config: { metrics: { exemplars: false, keyLabels: "none" } } },
  } as RequestContext;
}

/** Counts a request as the pipeline does at its end. */
export function countRequest(metrics: GatewayMetrics, alias: string, { status = 200, ms = 100 } = {}): void {
  const failure = null;
  metrics.requestEnded(requestTo(alias), {
    ending: status < 400 ? "complete" : "error",
    failure,
    status,
    ms,
  });
}
