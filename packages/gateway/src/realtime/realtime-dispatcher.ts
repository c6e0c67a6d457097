import type { Socket } from "node:net";
import type { Clock } from "@rollcall/contract";
import type { Cell, Log, SettingsSource, TlsOptions } from "@rollcall/runtime";
import type { WebSocket } from "ws";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver, Excuse } from "../observe/observer.ts";
import { idsOf } from "../observe/request-ids.ts";
import type { OnAttemptEnd } from "../pipeline/dispatched-attempt.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Candidate } from "../routing/candidate.ts";
import { findTarget } from "../routing/table.ts";
import type { RoutingState } from "../routing-state.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { Names } from "../upstream/backend-words.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import { Dial } from "./dial.ts";
import type { WebSocketLibrary } from "./library.ts";
import { realtimeOf, type RealtimeContext } from "./realtime-context.ts";
import { RealtimeSession } from "./realtime-session.ts";
import type { Sessions } from "./sessions.ts";
import { upstreamHeaders, upstreamUrl } from "./upstream-handshake.ts";

export interface RealtimeDispatcherDeps {
  readonly library: WebSocketLibrary;
  readonly state: Cell<RoutingState>;
  /** Reads rotated keys anew. */
  readonly source: Pick<SettingsSource, "refresh">;
  readonly tlsOf: (origin: string) => TlsOptions;
  readonly deadlines: Deadlines;
  readonly observers: readonly AttemptObserver[];
  readonly clock: Clock;
  readonly log: Log;
  readonly sessions: Sessions;
}

/** One attempt, and what it was sent by. */
interface SocketAttempt extends AttemptFacts {
  readonly ctx: RealtimeContext;
  readonly state: RoutingState;
  readonly onEnd: OnAttemptEnd;
}

/** Makes attempts: a WebSocket to one deployment. The app's is accepted once the backend has accepted ours. */
export class RealtimeDispatcher {
  readonly #deps: RealtimeDispatcherDeps;

  constructor(deps: RealtimeDispatcherDeps) {
    this.#deps = deps;
  }

  /** Dials; the attempt ends with the session, or before there is one. */
  start(request: RequestContext, candidate: Candidate, onEnd: OnAttemptEnd): void {
    const ctx = realtimeOf(request);
    const { clock, deadlines, tlsOf } = this.#deps;
    const { deployment } = candidate;
    const state = this.#deps.state.get();
    ctx.attempts += 1;
    const attempt = { ctx, candidate, number: ctx.attempts, sentAt: clock.monotonic(), state, onEnd };
    this.#notify(ctx, (observer) => observer.attemptStarted?.(attempt));
    const names = { alias: ctx.fields.model, upstream: deployment.expected };
    try {
      const dial = new Dial(
        {
          library: this.#deps.library,
          url: upstreamUrl(ctx, deployment),
          headers: upstreamHeaders(ctx, state.templates.of(deployment)),
          tls: tlsOf(deployment.backend.base.origin),
          maxMessageBytes: state.config.gateway.maxBodyBytes,
          names,
          deadlines,
        },
        {
          opened: (webSocket, socket) => this.#open(attempt, names, { webSocket, socket }),
          failed: (error) => this.#end(attempt, { kind: "failed", error }),
        },
      );
      ctx.waitsFor = {
        cancel: () => {
          if (dial.cancel()) this.#end(attempt, { kind: "abandoned" });
        },
      };
    } catch (error) {
      // What has started has to end, whatever happens in between.
      this.#end(attempt, { kind: "bug", error });
    }
  }

  #open(
    attempt: SocketAttempt,
    names: Names,
    { webSocket, socket }: { webSocket: WebSocket; socket: Socket },
  ): void {
    const { ctx, state } = attempt;
    const { app } = ctx;
    const { clock, sessions } = this.#deps;
    // What is wrong with a frame ends the connection: `close` follows.
    webSocket.on("error", () => {});
    if (app.webSocket === null) app.open(responseHeaders(attempt), state.config.gateway.maxBodyBytes);
    if (app.webSocket === null) {
      webSocket.terminate();
      this.#end(attempt, { kind: "abandoned" });
      return;
    }
    ctx.waitsFor = null;
    const now = clock.monotonic();
    this.#notify(ctx, (observer) => observer.attemptFirstByte?.(attempt, now));
    const session: RealtimeSession = new RealtimeSession(
      {
        app,
        backend: webSocket,
        backendSocket: socket,
        names,
        refuseName: (name) => this.#refuseName(ctx, name),
        isGreeted: ctx.isGreeted,
        now: () => clock.monotonic(),
        onEnd: (outcome) => {
          sessions.delete(session);
          this.#end(attempt, outcome);
        },
      },
      app.webSocket,
    );
    sessions.add(session);
    session.begin();
  }

  /** A session stays with its model: the backend has been chosen for that one. */
  #refuseName({ fields, alias }: RealtimeContext, name: string): GatewayError | null {
    if (name === fields.model) return null;
    const other = findTarget(this.#deps.state.get().table, name);
    if (other === undefined) return { kind: "unknown_model", model: name };
    return other.alias === alias ? null : { kind: "model_fixed", model: fields.model, found: name };
  }

  #end(attempt: SocketAttempt, outcome: AttemptOutcome): void {
    const end: AttemptEnd = { outcome, excuse: this.#excuse(attempt, outcome) };
    const now = this.#deps.clock.monotonic();
    this.#notify(attempt.ctx, (observer) => observer.attemptEnded?.(attempt, end, now));
    attempt.onEnd(attempt.ctx, end, attempt.candidate);
  }

  /** A refusal of a key that was rotated meanwhile proves nothing. */
  #excuse({ candidate, state }: SocketAttempt, outcome: AttemptOutcome): Excuse | null {
    if (outcome.kind !== "failed" || outcome.error.reason !== "wrong_key") return null;
    const { apiKey } = candidate.deployment.backend;
    this.#deps.source.refresh(this.#deps.clock.monotonic());
    const { secrets } = this.#deps.state.get();
    return secrets.value(apiKey) === state.secrets.value(apiKey) ? null : "key_rotated";
  }

  #notify(ctx: RequestContext, tell: (observer: AttemptObserver) => void): void {
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

function responseHeaders({ ctx, candidate, number, state }: SocketAttempt): readonly string[] {
  const { id } = state.templates.of(candidate.deployment);
  const attempts = number > 1 ? [`x-rollcall-attempts: ${number}`] : [];
  return [`x-request-id: ${ctx.requestId}`, `x-rollcall-deployment: ${id}`, ...attempts];
}
