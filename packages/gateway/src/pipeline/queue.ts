import { REASONS, type Clock, type QueueConfig } from "@rollcall/contract";
import type { Cell } from "@rollcall/runtime";
import type { RoutingState } from "../routing-state.ts";
import type { PendingQueue } from "./pending-queue.ts";
import type { RequestContext } from "./request-context.ts";
import { NOTHING, type Router } from "./router.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

export interface QueueDeps {
  readonly state: Cell<RoutingState>;
  readonly pending: PendingQueue;
  readonly router: Router;
  readonly clock: Clock;
}

/** Waits while all that is missing is that a model loads. Whatever ends the wait, `route` then says what holds. */
export function queue(config: QueueConfig, deps: QueueDeps, flow: Flow): Stage {
  return (ctx) => {
    if (!isLoading(ctx, deps.router)) return null;
    const since = deps.clock.monotonic();
    const left = new AbortController();
    const waited = () => (ctx.queuedMs = deps.clock.monotonic() - since);
    ctx.waitsFor = {
      cancel: () => {
        waited();
        left.abort();
      },
    };
    waitForReady(ctx, { config, deps, signal: left.signal }).then(
      () => {
        if (!ctx.ended) waited();
        flow.resume(ctx, null);
      },
      (error: unknown) => flow.crash(ctx, error),
    );
    return SUSPENDED;
  };
}

interface Wait {
  readonly config: QueueConfig;
  readonly deps: QueueDeps;
  readonly signal: AbortSignal;
}

async function waitForReady(ctx: RequestContext, { config, deps, signal }: Wait): Promise<void> {
  const { pending, router, state, clock } = deps;
  const until = clock.monotonic() + config.timeMs;
  do {
    const end = await pending.wait(state, { size: config.size, until, signal });
    if (end !== "changed") return;
  } while (isLoading(ctx, router));
}

function isLoading(ctx: RequestContext, router: Router): boolean {
  const decision = router.decide(ctx, { name: ctx.meant, tried: NOTHING });
  return decision.kind === "none_ready" && decision.out.some(({ reason }) => REASONS[reason].queueable);
}
