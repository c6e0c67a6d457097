import type { Clock } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { GatewayError } from "../errors/gateway-error.ts";
import { toOpenAi } from "../errors/to-openai.ts";
import type { RequestObserver } from "../observe/observer.ts";
import { idsOf } from "../observe/request-ids.ts";
import { sendError } from "../server/send-error.ts";
import type { StageCompiler } from "./pipeline.ts";
import type { RequestContext } from "./request-context.ts";
import { settle } from "./settle.ts";
import { SUSPENDED, type Ending, type Flow, type RequestEnd } from "./stage.ts";

/** nginx's word for a client that left before its answer began; nobody is sent it. */
export const CLIENT_CLOSED_REQUEST = 499;

/** How an app is told how its request ended. */
export interface Answers {
  /** Sends the error, unless an answer has begun or the app is gone. */
  fail(ctx: RequestContext, failure: GatewayError): Pick<RequestEnd, "ending" | "status">;
  /** The status of a request that ended without one. */
  statusOf(ctx: RequestContext, ending: Ending): number;
}

export interface RunnerDeps {
  readonly observers: readonly RequestObserver[];
  readonly clock: Clock;
  readonly log: Log;
  /** Default: as answers of HTTP. */
  readonly answers?: Answers;
}

/** Leads requests through their stages. Every end of a request passes `settle` and the observers exactly once. */
export class Runner implements Flow {
  readonly #deps: RunnerDeps;
  readonly #compile: StageCompiler;
  readonly #answers: Answers;

  constructor(deps: RunnerDeps, compiler: (flow: Flow) => StageCompiler) {
    this.#deps = deps;
    this.#compile = compiler(this);
    this.#answers = deps.answers ?? HTTP_ANSWERS;
  }

  start(ctx: RequestContext): void {
    this.#advance(ctx);
  }

  resume(ctx: RequestContext, failure: GatewayError | null): void {
    if (ctx.ended) return;
    ctx.waitsFor = null;
    if (failure === null) this.#advance(ctx);
    else this.end(ctx, "error", failure);
  }

  /** The app's connection closed before its answer was whole. */
  leave(ctx: RequestContext): void {
    if (ctx.ended) return;
    const { waitsFor } = ctx;
    ctx.waitsFor = null;
    try {
      waitsFor?.cancel();
    } catch (error) {
      this.crash(ctx, error);
    }
    this.end(ctx, "client_disconnected");
  }

  /** Its key opens nothing any more: before an answer has begun the app is told so, and in the middle of a stream too. */
  revoke(ctx: RequestContext, failure: GatewayError): void {
    if (ctx.ended) return;
    const { outgoing, waitsFor } = ctx;
    if (!outgoing.headersSent) this.end(ctx, "error", failure);
    else if (waitsFor?.revoke === undefined) outgoing.destroy();
    if (waitsFor?.revoke === undefined) waitsFor?.cancel();
    else waitsFor.revoke();
  }

  end(ctx: RequestContext, ending: Ending, failure?: GatewayError): void {
    if (ctx.ended) return;
    ctx.ended = true;
    ctx.waitsFor = null;
    const answers = this.#answers;
    const told =
      failure === undefined ? { status: answers.statusOf(ctx, ending), ending } : answers.fail(ctx, failure);
    this.#guard(ctx, () => settle(ctx, { ending: told.ending, failure: failure ?? null }));
    const ms = this.#deps.clock.monotonic() - ctx.startedAt;
    for (const observer of this.#deps.observers)
      this.#guard(ctx, () => observer.requestEnded(ctx, { ...told, failure: failure ?? null, ms }));
  }

  crash(ctx: RequestContext, error: unknown): void {
    this.#logBug(ctx, error);
    this.end(ctx, "error", { kind: "internal" });
  }

  #advance(ctx: RequestContext): void {
    try {
      const stages = this.#compile(ctx.endpoint, ctx.state.config);
      while (!ctx.ended) {
        const stage = stages[ctx.next];
        if (stage === undefined) return;
        ctx.next += 1;
        const result = stage(ctx);
        if (result === SUSPENDED) return;
        if (result !== null) this.end(ctx, "error", result);
      }
    } catch (error) {
      this.crash(ctx, error);
    }
  }

  /** What throws at the end of a request keeps nobody else from hearing of it. */
  #guard(ctx: RequestContext, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#logBug(ctx, error);
    }
  }

  #logBug(ctx: RequestContext, error: unknown): void {
    const stack = error instanceof Error ? error.stack : String(error);
    this.#deps.log.error({ ...idsOf(ctx), error: stack }, "internal error: a bug in the gateway");
  }
}

const HTTP_ANSWERS: Answers = {
  /** In the stream where one has begun: then its status has gone, and a backend's failure is an answer that was cut. */
  fail: (ctx, failure) => {
    const { heartbeat, outgoing } = ctx;
    if (heartbeat?.begun !== true) return { status: sendError(ctx, failure), ending: "error" };
    heartbeat.fail(failure);
    const isBackends = failure.kind !== "internal" && toOpenAi(failure).status >= 500;
    return { status: outgoing.statusCode, ending: isBackends ? "upstream_aborted" : "error" };
  },
  statusOf: ({ outgoing }, ending) =>
    ending === "client_disconnected" && !outgoing.headersSent ? CLIENT_CLOSED_REQUEST : outgoing.statusCode,
};
