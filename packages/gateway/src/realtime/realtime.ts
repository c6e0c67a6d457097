import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock, Config } from "@rollcall/contract";
import type { Cell, Log } from "@rollcall/runtime";
import type { GatewayError } from "../errors/gateway-error.ts";
import { forward } from "../pipeline/forward.ts";
import { admit } from "../pipeline/admit.ts";
import type { PipelineDeps, StageCompiler } from "../pipeline/pipeline.ts";
import { queue } from "../pipeline/queue.ts";
import { route } from "../pipeline/route.ts";
import { standIn } from "../pipeline/stand-in.ts";
import { CLIENT_CLOSED_REQUEST, Runner, type Answers, type RunnerDeps } from "../pipeline/runner.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Flow, Stage } from "../pipeline/stage.ts";
import type { RoutingState } from "../routing-state.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { Acceptor, isHandshake } from "./acceptor.ts";
import { AppSide } from "./app-side.ts";
import { authenticateUpgrade } from "./authenticate-upgrade.ts";
import { findModel } from "./find-model.ts";
import { RealtimeContext, realtimeOf } from "./realtime-context.ts";
import { RealtimeDispatcher, type RealtimeDispatcherDeps } from "./realtime-dispatcher.ts";
import { Sessions } from "./sessions.ts";

export interface RealtimeDeps
  extends Omit<RealtimeDispatcherDeps, "sessions" | "observers">, Omit<PipelineDeps, "dispatcher"> {
  readonly clock: Clock;
  readonly log: Log;
  readonly state: Cell<RoutingState>;
  readonly attemptObservers: RealtimeDispatcherDeps["observers"];
  readonly requestObservers: RunnerDeps["observers"];
  readonly tracing: Pick<Tracing, "begin" | "isOn">;
}

/** What is known of an upgrade before its first stage. */
export interface Arrival {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly requestId: string;
  /** Why it is no request at all, or null. */
  readonly fault: GatewayError | null;
}

const SWITCHING_PROTOCOLS = 101;

/** How the ends of a WebSocket are told and counted: by the HTTP status that it had, or would have had. */
const ANSWERS: Answers = {
  fail: (ctx, failure) => ({ status: realtimeOf(ctx).app.fail(failure, ctx), ending: "error" }),
  statusOf: (ctx) => (realtimeOf(ctx).app.webSocket === null ? CLIENT_CLOSED_REQUEST : SWITCHING_PROTOCOLS),
};

/** WebSockets of apps, each led through the stages of a request to a session with a backend. */
export class Realtime {
  readonly sessions: Sessions;
  readonly #acceptor: Acceptor;
  readonly #runner: Runner;
  readonly #deps: RealtimeDeps;

  constructor(deps: RealtimeDeps) {
    const { attemptObservers: observers, clock, log, requestObservers } = deps;
    this.#deps = deps;
    this.#acceptor = new Acceptor(deps.library);
    this.sessions = new Sessions(deps.deadlines);
    const dispatcher = new RealtimeDispatcher({ ...deps, observers, sessions: this.sessions });
    this.#runner = new Runner({ observers: requestObservers, clock, log, answers: ANSWERS }, (flow) =>
      compileOnce((config) => stagesFor(config, { ...deps, dispatcher }, flow)),
    );
  }

  revoke(ctx: RequestContext, failure: GatewayError): void {
    this.#runner.revoke(ctx, failure);
  }

  /** `over` is called once, when the connection is gone. */
  take({ incoming, socket, head, requestId, fault }: Arrival, over: () => void): void {
    // It left while the first upgrade loaded what it needs.
    if (socket.destroyed) {
      over();
      return;
    }
    const { clock, state, tracing } = this.#deps;
    const app = new AppSide({ incoming, socket, head }, this.#acceptor);
    const startedAt = clock.monotonic();
    const ctx = new RealtimeContext({ incoming, requestId, startedAt, state: state.get() }, app);
    if (tracing.isOn) ctx.traced = tracing.begin(incoming.headers);
    app.follow({ left: () => this.#runner.leave(ctx), over });
    const failure = fault ?? (isHandshake(incoming) ? null : BAD_HANDSHAKE);
    if (failure === null) this.#runner.start(ctx);
    else this.#runner.end(ctx, "error", failure);
  }
}

const BAD_HANDSHAKE: GatewayError = { kind: "bad_http" };

function stagesFor(config: Config, deps: PipelineDepsOfSockets, flow: Flow): readonly Stage[] {
  const { admission, authenticator, authorize, router, visitors } = deps;
  return [
    authenticateUpgrade(authenticator, visitors),
    /* * */ findModel(deps, flow),
    ...(authorize === null ? [] : [authorize]),
    /* * */ ...(admission === null ? [] : [admit(admission, flow)]),
    /* * */ ...(config.queue.size === 0 ? [] : [queue(config.queue, deps, flow)]),
    route(router),
    /* * */ ...(admission === null ? [] : [standIn(router, flow)]),
    /* * */ forward(deps, flow),
  ];
}

/** Once for each config. */
function compileOnce(compile: (config: Config) => readonly Stage[]): StageCompiler {
  let compiledFor: Config | null = null;
  let stages: readonly Stage[] = [];
  return (_endpoint, config) => {
    if (config !== compiledFor) stages = compile(config);
    compiledFor = config;
    return stages;
  };
}

type PipelineDepsOfSockets = RealtimeDeps & Pick<PipelineDeps, "dispatcher">;
