import { TRUNCATION_SETTINGS, type Clock, type Deployment } from "@rollcall/contract";
import type { Cell, Log, SettingsSource } from "@rollcall/runtime";
import type { TimeoutPhase } from "../errors/gateway-error.ts";
import { DIALECTS } from "../errors/dialects.ts";
import type { AttemptEnd, AttemptObserver, Excuse } from "../observe/observer.ts";
import { idsOf } from "../observe/request-ids.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RoutingState } from "../routing-state.ts";
import { answerHeaders } from "../server/answer-headers.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import { isNews, type Truncation } from "../truncation/truncation.ts";
import type { TruncationWatch } from "../truncation/truncation-watch.ts";
import type { SilenceWatch } from "../upstream/silence-watch.ts";
import type { Transport } from "../upstream/transport.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import { UpstreamAttempt } from "../upstream/upstream-attempt.ts";
import type { UpstreamTemplate } from "../upstream/upstream-templates.ts";
import { DispatchedAttempt, type AttemptOwner, type OnAttemptEnd } from "./dispatched-attempt.ts";
import type { RequestContext } from "./request-context.ts";
import { upstreamRequest, usageEditsOf } from "./upstream-request.ts";

export interface DispatcherDeps {
  readonly state: Cell<RoutingState>;
  /** Reads rotated keys anew. */
  readonly source: Pick<SettingsSource, "refresh">;
  readonly transport: Transport;
  readonly deadlines: Deadlines;
  readonly truncations: TruncationWatch;
  readonly silence: Pick<SilenceWatch, "begin">;
  readonly observers: readonly AttemptObserver[];
  readonly clock: Clock;
  readonly log: Log;
  readonly isDraining: () => boolean;
}

/** Makes attempts: one request to one deployment, whose answer goes to the app. */
export class Dispatcher implements AttemptOwner {
  readonly #deps: DispatcherDeps;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /** Sends the request; the context waits for the attempt until `onEnd`. */
  start(ctx: RequestContext, candidate: Candidate, onEnd: OnAttemptEnd): void {
    const { clock, deadlines, transport, truncations } = this.#deps;
    const { deployment } = candidate;
    const state = this.#deps.state.get();
    const template = state.templates.of(deployment);
    const now = clock.monotonic();
    const usageEdits = usageEditsOf(ctx, candidate, state);
    ctx.attempts += 1;
    const dispatched = new DispatchedAttempt(
      { ctx, candidate, number: ctx.attempts, sentAt: now },
      { headers: this.#responseHeaders(ctx, template), state, usageEdits, onEnd, owner: this, truncations },
    );
    const attempt = new UpstreamAttempt({
      candidate,
      sentAt: now,
      names: { alias: ctx.fields.model, upstream: deployment.expected },
      stream: ctx.fields.stream,
      down: dispatched,
      deadlines,
      timeouts: {
        firstTokenMs: Math.min(ctx.overrides.streamTimeoutMs ?? Infinity, deployment.streamTimeoutMs),
        idleMs: state.config.gateway.idleTimeoutMs,
        totalAt: now + Math.min(ctx.overrides.timeoutMs ?? Infinity, deployment.timeoutMs),
      },
    });
    this.#deps.silence.begin(now);
    this.#notify(dispatched, (observer) => observer.attemptStarted?.(dispatched));
    ctx.waitsFor = attempt;
    try {
      const request = upstreamRequest({ ctx, candidate, usageEdits }, template);
      attempt.begin(transport.send(deployment.backend.base.origin, request, attempt));
    } catch (error) {
      // What has started has to end, whatever happens in between.
      attempt.crash(error);
    }
  }

  firstByte(attempt: DispatchedAttempt): void {
    const now = this.#deps.clock.monotonic();
    attempt.ctx.firstByteAt = now;
    this.#notify(attempt, (observer) => observer.attemptFirstByte?.(attempt, now));
    // Nothing is sent again from here on.
    attempt.ctx.body.release();
    attempt.ctx.heartbeat?.stop();
  }

  promptTruncated(attempt: DispatchedAttempt, truncation: Truncation): void {
    const { tokens } = truncation;
    const setting = TRUNCATION_SETTINGS[attempt.candidate.kind];
    const prompt = { tokens: Math.round(tokens), setting, isNew: isNews(truncation) };
    this.#notify(attempt, (observer) => observer.promptTruncated?.(attempt, prompt));
  }

  ended(attempt: DispatchedAttempt, outcome: AttemptOutcome, heardAt: number): void {
    const end: AttemptEnd = { outcome, excuse: this.#excuse(attempt, outcome) };
    const now = this.#deps.clock.monotonic();
    const { ctx, sentAt } = attempt;
    const isComplete = outcome.kind === "complete";
    // What is done with a whole answer once it is there is the gateway's own time.
    ctx.upstreamMs += (isComplete && heardAt > sentAt ? heardAt : now) - sentAt;
    if (heardAt > sentAt) ctx.lastByteAt = heardAt;
    this.#notify(attempt, (observer) => observer.attemptEnded?.(attempt, end, now));
    attempt.onEnd(attempt.ctx, end, attempt.candidate);
  }

  /** Why a failure is not to be held against the deployment, or null. */
  #excuse({ ctx, candidate, state }: DispatchedAttempt, outcome: AttemptOutcome): Excuse | null {
    if (outcome.kind !== "failed") return null;
    const { reason, timeout } = outcome.error;
    if (timeout !== null && isOwn(timeout, ctx, candidate.deployment)) return "own_timeout";
    return reason === "wrong_key" && this.#isKeyReplaced(candidate.deployment, state) ? "key_rotated" : null;
  }

  /** Was the key rotated while the request was on its way? Then the refusal was of the old one and proves nothing. */
  #isKeyReplaced({ backend }: Deployment, sentBy: RoutingState): boolean {
    this.#deps.source.refresh(this.#deps.clock.monotonic());
    const { secrets } = this.#deps.state.get();
    return secrets.value(backend.apiKey) !== sentBy.secrets.value(backend.apiKey);
  }

  #responseHeaders(ctx: RequestContext, { id }: UpstreamTemplate): Record<string, string> {
    const headers = answerHeaders(ctx);
    headers["x-rollcall-deployment"] = id;
    headers["x-litellm-model-id"] = id;
    const { idHeader } = DIALECTS[ctx.endpoint.dialect];
    if (idHeader !== null) headers[idHeader] = ctx.requestId;
    ctx.reservation?.addHeaders(headers);
    if (this.#deps.isDraining()) headers["connection"] = "close";
    return headers;
  }

  #notify({ ctx }: DispatchedAttempt, tell: (observer: AttemptObserver) => void): void {
    for (const observer of this.#deps.observers) {
      try {
        tell(observer);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error);
        this.#deps.log.error({ ...idsOf(ctx), error: stack }, "internal error: an observer failed");
      }
    }
  }
}

/** Was it the request that asked for less time than the config gives? */
function isOwn(timeout: TimeoutPhase, { overrides }: RequestContext, deployment: Deployment): boolean {
  const { streamTimeoutMs, timeoutMs } = overrides;
  if (timeout === "total") return timeoutMs !== null && timeoutMs < deployment.timeoutMs;
  return (
    timeout === "first_token" && streamTimeoutMs !== null && streamTimeoutMs < deployment.streamTimeoutMs
  );
}
