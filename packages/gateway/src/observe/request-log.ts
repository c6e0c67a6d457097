import type { Log, RejectionLog } from "@rollcall/runtime";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import type {
  AttemptEnd,
  AttemptFacts,
  AttemptObserver,
  RequestObserver,
  TruncatedPrompt,
} from "./observer.ts";

export interface RequestLogs {
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: Log;
}

/** What anybody can be told, who need not have a key: it must not be for them to say how much is logged. */
const AT_THE_DOOR: ReadonlySet<GatewayError["kind"]> = new Set([
  "no_key",
  "key_malformed",
  "wrong_key",
  "foreign_visit",
  "wrong_method",
  "unknown_model",
  "unsupported_model",
]);

/** Lines about requests: one for each that failed, and for all where the config asks for them. */
export class RequestLog implements AttemptObserver, RequestObserver {
  readonly #logs: RequestLogs;
  readonly #rejections: Pick<RejectionLog, "add">;

  constructor(logs: RequestLogs, rejections: Pick<RejectionLog, "add">) {
    this.#logs = logs;
    this.#rejections = rejections;
  }

  promptTruncated({ ctx, candidate }: AttemptFacts, { tokens, setting, isNew }: TruncatedPrompt): void {
    if (!isNew) return;
    const facts = { requestId: ctx.requestId, deployment: candidate.id, alias: ctx.alias, tokens, setting };
    this.#logs.log.warn(facts, "backend truncates prompts; raise its context or make it refuse them");
  }

  attemptEnded({ ctx, candidate, number }: AttemptFacts, { outcome, excuse }: AttemptEnd): void {
    const { requestId } = ctx;
    const facts = { requestId, deployment: candidate.id, attempt: number };
    if (outcome.kind === "cut") {
      this.#logs.log.warn({ ...facts, alias: ctx.alias, cause: outcome.cause }, "stream cut by the backend");
      return;
    }
    if (outcome.kind !== "failed" || excuse === "key_rotated") return;
    const { reason, retryable, status, timeout } = outcome.error;
    if (!retryable && timeout === null) return;
    this.#logs.log.warn({ ...facts, reason, status, timeout }, "attempt failed");
  }

  requestEnded(ctx: RequestContext, { ending, failure, status, ms }: RequestEnd): void {
    const { alias, endpoint, requestId, state } = ctx;
    if (failure === null && !state.config.gateway.accessLog) return;
    const facts = { requestId, endpoint: endpoint.name, alias, status, ending, ms: Math.round(ms) };
    if (failure === null) this.#logs.accessLog.info(facts, "request");
    else if (status >= 500 || ending === "upstream_aborted")
      this.#logs.log.warn({ ...facts, ...causeOf(failure) }, "request failed");
    else if (state.config.gateway.accessLog)
      this.#logs.accessLog.info({ ...facts, error: failure.kind }, "request rejected");
    else if (AT_THE_DOOR.has(failure.kind)) {
      const client = ctx.incoming.socket.remoteAddress ?? null;
      this.#rejections.add({ reason: failure.kind, client, facts });
    } else this.#logs.log.info({ ...facts, error: failure.kind }, "request rejected");
  }
}

/** What a backend said of it stays out: it may name hosts. */
function causeOf(failure: GatewayError): object {
  if (failure.kind !== "upstream_failed") return { error: failure.kind };
  const { kind, reason, attempts } = failure;
  return { error: kind, reason, attempts };
}
