import { pathOf } from "../pipeline/route.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import type { Attributes, FinishedSpan, SpanEvent } from "./finished-span.ts";
import { operationOf } from "./operations.ts";
import type { TracedRequest } from "./traced-request.ts";

/** An app says what it likes for a name. */
const LONGEST_NAME = 200;

/** The span of a request from its head to the end of its answer. `ended`: monotonic milliseconds. */
export function requestSpan(ctx: RequestContext, traced: TracedRequest, end: RequestEnd): FinishedSpan {
  const { endpoint, startedAt } = ctx;
  const operation = operationOf(endpoint.name);
  const from = traced.epochMs + startedAt;
  const { traceId, spanId, parentId, state } = traced;
  return {
    name: ctx.alias === "" ? operation : `${operation} ${ctx.alias}`,
    kind: "server",
    traceId,
    spanId,
    parentId,
    state,
    from,
    to: from + end.ms,
    attributes: attributesOf(ctx, operation, end),
    // What the app asked wrongly is no error of a server's (OpenTelemetry, HTTP spans).
    isError: end.status >= 500 || end.ending === "upstream_aborted",
    event: queueEvent(ctx, traced, from + end.ms),
  };
}

function attributesOf(ctx: RequestContext, operation: string, end: RequestEnd): Attributes {
  const { alias, attempts, endpoint, fallbacks, firstByteAt, principal, startedAt } = ctx;
  // Refused before its body was there.
  const fields = ctx.fields as RequestContext["fields"] | undefined;
  const { asked } = ctx.traced ?? {};
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": endpoint.dialect,
    "gen_ai.request.model": fields?.model.slice(0, LONGEST_NAME),
    "gen_ai.request.stream": fields?.stream,
    "gen_ai.response.time_to_first_chunk":
      fields?.stream === true && firstByteAt !== null ? (firstByteAt - startedAt) / 1_000 : undefined,
    "http.request.method": endpoint.method,
    "http.route": pathOf(endpoint),
    "http.response.status_code": end.status,
    "error.type": errorTypeOf(end),
    "rollcall.request.id": ctx.requestId,
    "rollcall.endpoint": endpoint.name,
    "rollcall.alias": alias,
    "rollcall.ending": end.ending,
    "rollcall.attempts": attempts,
    "rollcall.fallbacks": fallbacks,
    "rollcall.key.id": principal.kind === "key" ? principal.id : undefined,
    ...asked?.ofTrace,
  };
}

/** One of few words: a reason, a kind of refusal, or a status. */
function errorTypeOf({ ending, failure, status }: RequestEnd): string | undefined {
  if (failure?.kind === "upstream_failed") return failure.reason;
  if (failure?.kind === "upstream_answer") return String(status);
  if (failure !== null) return failure.kind;
  return ending === "complete" ? undefined : ending;
}

/** It is known when the wait was over: then it was sent, or refused. */
function queueEvent({ queuedMs }: RequestContext, traced: TracedRequest, end: number): SpanEvent | null {
  if (queuedMs === 0) return null;
  const until = traced.sentAt === null ? end : traced.epochMs + traced.sentAt;
  return {
    name: "rollcall.queued",
    at: until - queuedMs,
    attributes: { "rollcall.queue.duration": queuedMs / 1_000 },
  };
}
