import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import { overheadOf } from "./overhead.ts";
import type { RequestIds } from "./request-ids.ts";

/** One request as its line in the log has it. What is undefined is not in the line; times are milliseconds. */
export interface RequestFacts extends RequestIds {
  readonly endpoint: string;
  readonly alias: string;
  /** Where the last attempt went. */
  readonly deployment: string | undefined;
  readonly attempts: number;
  readonly fallbacks: number;
  readonly stream: boolean;
  readonly status: number;
  readonly ending: string;
  /** Kind of the error that the app was told. */
  readonly error: string | undefined;
  /** Why the backend failed, or broke off. */
  readonly reason: string | undefined;
  readonly ms: number;
  readonly ttftMs: number | undefined;
  readonly queueMs: number;
  readonly overheadMs: number;
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  readonly keyId: string;
  readonly client: string | undefined;
}

export function requestFacts(ctx: RequestContext, { ending, failure, status, ms }: RequestEnd): RequestFacts {
  const { endpoint, firstByteAt, incoming, sentTo, startedAt, state, usage } = ctx;
  return {
    requestId: ctx.requestId,
    traceId: ctx.trace?.traceId,
    endpoint: endpoint.name,
    alias: ctx.alias,
    deployment: sentTo?.id,
    attempts: ctx.attempts,
    fallbacks: ctx.fallbacks,
    stream: isStream(ctx),
    status,
    ending,
    error: failure?.kind,
    reason: reasonOf(ctx, { ending, failure }) ?? undefined,
    ms: Math.round(ms),
    ttftMs: firstByteAt === null ? undefined : Math.round(firstByteAt - startedAt),
    queueMs: Math.round(ctx.queuedMs),
    overheadMs: Math.round(overheadOf(ctx, ms) * 1_000) / 1_000,
    tokensIn: usage?.input ?? undefined,
    tokensOut: usage?.output ?? undefined,
    keyId: ctx.principal.id,
    client: state.config.log.clientAddress ? incoming.socket.remoteAddress : undefined,
  };
}

/** False too where it was refused before that was known. */
export function isStream({ fields }: { readonly fields: RequestContext["fields"] | undefined }): boolean {
  return fields?.stream ?? false;
}

/** Why the last backend failed or broke off, or why none was ready; null where that is not how the request ended. */
export function reasonOf(
  { tried }: Pick<RequestContext, "tried">,
  { ending, failure }: Pick<RequestEnd, "ending" | "failure">,
): string | null {
  if (failure === null) return ending === "upstream_aborted" ? (tried?.at(-1)?.reason ?? null) : null;
  return reasonOfFailure(failure);
}

function reasonOfFailure(failure: GatewayError): string | null {
  if (failure.kind === "upstream_failed") return failure.reason;
  return failure.kind === "none_ready" ? (failure.out[0]?.reason ?? null) : null;
}
