import type { InfoLog, Log, RejectionLog } from "@rollcall/runtime";
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
import { requestFacts } from "./request-facts.ts";
import { idsOf } from "./request-ids.ts";

export interface RequestLogs {
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: InfoLog;
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

/** Breaks in the middle of an answer that are no fault of the backend's. */
const OURS: ReadonlySet<string | undefined> = new Set(["internal", "revoked"]);

/**
 * Lines about requests: one for each that failed, was cut or was rejected, and for as many of the others as the config asks
 * for. A fact is told once: what the line of a request has is in no other.
 */
export class RequestLog implements AttemptObserver, RequestObserver {
  readonly #logs: RequestLogs;
  readonly #rejections: Pick<RejectionLog, "add">;
  /** 0 ≤ x < 1 */
  readonly #random: () => number;

  constructor(logs: RequestLogs, rejections: Pick<RejectionLog, "add">, random: () => number) {
    this.#logs = logs;
    this.#rejections = rejections;
    this.#random = random;
  }

  promptTruncated({ ctx, candidate }: AttemptFacts, { tokens, setting, isNew }: TruncatedPrompt): void {
    if (!isNew) return;
    const facts = { ...idsOf(ctx), deployment: candidate.id, alias: ctx.alias, tokens, setting };
    this.#logs.log.warn(facts, "backend truncates prompts; raise its context or make it refuse them");
  }

  attemptEnded({ ctx, candidate, number }: AttemptFacts, { outcome, excuse }: AttemptEnd): void {
    if (outcome.kind !== "failed" || excuse === "key_rotated") return;
    const { reason, retryable, status, timeout } = outcome.error;
    if (!retryable && timeout === null) return;
    const facts = { ...idsOf(ctx), deployment: candidate.id, attempt: number, reason, status, timeout };
    this.#logs.log.warn(facts, "attempt failed");
  }

  requestEnded(ctx: RequestContext, end: RequestEnd): void {
    const { ending, failure, status } = end;
    const isCut = ending === "upstream_aborted";
    const isWanted = this.#isWanted(ctx);
    if (failure === null && !isCut && !isWanted) return;
    const facts = requestFacts(ctx, end);
    const { accessLog, log } = this.#logs;
    if (failure === null && !isCut) accessLog.info(facts, "request");
    else if (failure === null && OURS.has(facts.reason)) log.info(facts, "stream ended by the gateway");
    else if (failure === null) log.warn(facts, "stream cut by the backend");
    else if (status >= 500 || isCut) log.warn(facts, "request failed");
    else if (isWanted) accessLog.info(facts, "request rejected");
    else if (AT_THE_DOOR.has(failure.kind)) {
      const client = ctx.incoming.socket.remoteAddress ?? null;
      this.#rejections.add({ reason: failure.kind, client, facts });
    } else log.info(facts, "request rejected");
  }

  #isWanted({ state: { config } }: RequestContext): boolean {
    const { accessLog: share } = config.gateway;
    return share === 1 || (share > 0 && this.#random() < share);
  }
}
