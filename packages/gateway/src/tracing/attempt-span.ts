import { isPattern } from "@rollcall/contract";
import type { AttemptEnd, AttemptFacts } from "../observe/observer.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { Attributes, FinishedSpan } from "./finished-span.ts";
import { operationOf } from "./operations.ts";
import type { TracedRequest } from "./traced-request.ts";

/** How an attempt ended, and when, in monotonic milliseconds. */
export interface AttemptEnding extends AttemptEnd {
  readonly now: number;
}

/** The span of one attempt on a deployment. */
export function attemptSpan(facts: AttemptFacts, traced: TracedRequest, ending: AttemptEnding): FinishedSpan {
  const { ctx, candidate, sentAt } = facts;
  const { outcome, now } = ending;
  const operation = operationOf(ctx.endpoint.name);
  const { traceId, spanId, state, epochMs } = traced;
  return {
    name: `${operation} ${candidate.deployment.alias}`,
    kind: "client",
    traceId,
    spanId: traced.attemptId ?? "",
    parentId: spanId,
    state,
    from: epochMs + sentAt,
    to: epochMs + now,
    attributes: { ...attributesOf(facts, traced, ending), "gen_ai.operation.name": operation },
    isError: outcome.kind === "failed" || outcome.kind === "cut" || outcome.kind === "bug",
    event: null,
  };
}

function attributesOf(
  { ctx, candidate, number, sentAt }: AttemptFacts,
  { asked, attemptFirstByteAt: firstByteAt }: TracedRequest,
  { outcome, excuse }: AttemptEnding,
): Attributes {
  const { alias } = candidate.deployment;
  // A pattern is no name: the app has sent the one that is meant.
  const model = isPattern(alias) ? ctx.fields.model : alias;
  const { stream } = ctx.fields;
  return {
    // Of a server that nobody knows, what it speaks.
    "gen_ai.provider.name": candidate.kind === "generic" ? ctx.endpoint.dialect : candidate.kind,
    "gen_ai.request.model": model,
    "gen_ai.request.stream": stream,
    ...asked.ofAttempts,
    "gen_ai.response.model": firstByteAt === null ? undefined : model,
    "gen_ai.response.time_to_first_chunk":
      stream && firstByteAt !== null ? (firstByteAt - sentAt) / 1_000 : undefined,
    ...(firstByteAt === null ? {} : usageAttributes(ctx)),
    "http.response.status_code": statusOf(ctx, outcome),
    "http.request.resend_count": number > 1 ? number - 1 : undefined,
    "error.type": errorTypeOf(outcome),
    "rollcall.deployment": candidate.id,
    "rollcall.attempt": number,
    "rollcall.outcome": outcome.kind,
    "rollcall.timeout": outcome.kind === "failed" ? (outcome.error.timeout ?? undefined) : undefined,
    "rollcall.cut": outcome.kind === "cut" ? outcome.cause : undefined,
    "rollcall.excuse": excuse ?? undefined,
  };
}

/** What the answer says that it used, where it does: on the attempt that answered alone, or sums over spans would count it twice. */
function usageAttributes({ usage }: RequestContext): Attributes {
  if (usage === null) return {};
  return {
    "gen_ai.usage.input_tokens": usage.input ?? undefined,
    "gen_ai.usage.output_tokens": usage.output ?? undefined,
    "gen_ai.usage.cache_read.input_tokens": usage.cached ?? undefined,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoning ?? undefined,
  };
}

/** The backend's, where one came; what reaches the app as an answer has the backend's, too. */
function statusOf({ outgoing }: RequestContext, outcome: AttemptOutcome): number | undefined {
  if (outcome.kind === "failed") return outcome.error.status ?? undefined;
  return outgoing.headersSent ? outgoing.statusCode : undefined;
}

function errorTypeOf(outcome: AttemptOutcome): string | undefined {
  switch (outcome.kind) {
    case "complete":
      return undefined;
    case "cut":
      return "upstream_cut";
    case "abandoned":
      return "client_disconnected";
    case "failed":
      return outcome.error.lacksEndpoint ? "unsupported_endpoint" : outcome.error.reason;
    case "bug":
      return "internal";
    default:
      return outcome satisfies never;
  }
}
