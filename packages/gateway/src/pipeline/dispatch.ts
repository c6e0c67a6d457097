import type { Clock, Deployment } from "@rollcall/contract";
import type { Cell, Log, SettingsSource } from "@rollcall/runtime";
import { renameBody } from "../body/rename.ts";
import type { AttemptEnd, AttemptObserver, Excuse } from "../observe/observer.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RoutingState } from "../routing-state.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import type { SilenceWatch } from "../upstream/silence-watch.ts";
import type { Transport } from "../upstream/transport.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import { UpstreamAttempt } from "../upstream/upstream-attempt.ts";
import type { UpstreamTemplate } from "../upstream/upstream-templates.ts";
import { DispatchedAttempt, type AttemptOwner, type OnAttemptEnd } from "./dispatched-attempt.ts";
import type { RequestContext } from "./request-context.ts";

export interface DispatcherDeps {
  readonly state: Cell<RoutingState>;
  /** Reads rotated keys anew. */
  readonly source: Pick<SettingsSource, "refresh">;
  readonly transport: Transport;
  readonly deadlines: Deadlines;
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
    const { clock, deadlines, transport } = this.#deps;
    const { deployment } = candidate;
    const state = this.#deps.state.get();
    const template = state.templates.of(deployment);
    const now = clock.monotonic();
    ctx.attempts += 1;
    const dispatched = new DispatchedAttempt(
      { ctx, candidate, number: ctx.attempts, sentAt: now },
      { headers: this.#responseHeaders(ctx, template), state, onEnd, owner: this },
    );
    const attempt = new UpstreamAttempt({
      candidate,
      sentAt: now,
      names: { alias: ctx.fields.model, upstream: deployment.expected },
      stream: ctx.fields.stream,
      down: dispatched,
      deadlines,
      timeouts: {
        firstTokenMs: deployment.streamTimeoutMs,
        idleMs: state.config.gateway.idleTimeoutMs,
        totalAt: now + Math.min(ctx.overrides.timeoutMs ?? Infinity, deployment.timeoutMs),
      },
    });
    this.#deps.silence.begin(now);
    this.#notify(dispatched, (observer) => observer.attemptStarted?.(dispatched));
    ctx.waitsFor = attempt;
    try {
      const request = upstreamRequest(ctx, deployment, template);
      attempt.begin(transport.send(deployment.backend.base.origin, request, attempt));
    } catch (error) {
      // What has started has to end, whatever happens in between.
      attempt.crash(error);
    }
  }

  firstByte(attempt: DispatchedAttempt): void {
    const now = this.#deps.clock.monotonic();
    this.#notify(attempt, (observer) => observer.attemptFirstByte?.(attempt, now));
    // Nothing is sent again from here on.
    attempt.ctx.body.release();
  }

  ended(attempt: DispatchedAttempt, outcome: AttemptOutcome): void {
    const end: AttemptEnd = { outcome, excuse: this.#excuse(attempt, outcome) };
    const now = this.#deps.clock.monotonic();
    this.#notify(attempt, (observer) => observer.attemptEnded?.(attempt, end, now));
    attempt.onEnd(attempt.ctx, end, attempt.candidate);
  }

  /** Why a failure is not to be held against the deployment, or null. */
  #excuse({ ctx, candidate, state }: DispatchedAttempt, outcome: AttemptOutcome): Excuse | null {
    if (outcome.kind !== "failed") return null;
    const { reason, timeout } = outcome.error;
    const { timeoutMs } = ctx.overrides;
    const isOwn = timeoutMs !== null && timeoutMs < candidate.deployment.timeoutMs;
    if (timeout === "total" && isOwn) return "own_timeout";
    return reason === "wrong_key" && this.#isKeyReplaced(candidate.deployment, state) ? "key_rotated" : null;
  }

  /** Was the key rotated while the request was on its way? Then the refusal was of the old one and proves nothing. */
  #isKeyReplaced({ backend }: Deployment, sentBy: RoutingState): boolean {
    this.#deps.source.refresh(this.#deps.clock.monotonic());
    const { secrets } = this.#deps.state.get();
    return secrets.value(backend.apiKey) !== sentBy.secrets.value(backend.apiKey);
  }

  #responseHeaders(
    { requestId, attempts }: RequestContext,
    { id }: UpstreamTemplate,
  ): Record<string, string> {
    const headers: Record<string, string> = { "x-request-id": requestId, "x-rollcall-deployment": id };
    if (attempts > 1) headers["x-rollcall-attempts"] = String(attempts);
    if (this.#deps.isDraining()) headers["connection"] = "close";
    return headers;
  }

  #notify({ ctx }: DispatchedAttempt, tell: (observer: AttemptObserver) => void): void {
    for (const observer of this.#deps.observers) {
      try {
        tell(observer);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error);
        this.#deps.log.error(
          { requestId: ctx.requestId, error: stack },
          "internal error: an observer failed",
        );
      }
    }
  }
}

function upstreamRequest(
  { body, endpoint, fields, incoming, requestId }: RequestContext,
  { backend, expected }: Deployment,
  { headers, name }: UpstreamTemplate,
) {
  return {
    path: backend.base.apiPath + endpoint.upstreamPath,
    headerLines: headers.print(incoming.headers, requestId),
    body: fields.name.sent === expected ? [body.bytes] : renameBody(body.bytes, fields.name, name),
    repeatable: endpoint.resend === "always",
  };
}
