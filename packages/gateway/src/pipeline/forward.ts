import type { AttemptEnd } from "../observe/observer.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RequestContext } from "./request-context.ts";
import { RetryLoop, type RetryDeps, type RetryResult } from "./retry-loop.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

/**
 * dispatch and relay: the first attempt, and those that follow its failure. Almost every request ends with its first: what
 * it takes to ask again is only made once that has failed.
 */
export function forward(deps: RetryDeps, flow: Flow): Stage {
  const finish = (ctx: RequestContext, result: RetryResult) => {
    switch (result.kind) {
      case "complete":
        flow.end(ctx, "complete");
        return;
      case "cut":
        flow.end(ctx, "upstream_aborted");
        return;
      case "abandoned":
        flow.end(ctx, "client_disconnected");
        return;
      case "bug":
        flow.crash(ctx, result.error);
        return;
      case "error":
        flow.end(ctx, "error", result.failure);
        return;
      default:
        result satisfies never;
    }
  };
  const afterFirst = (ctx: RequestContext, end: AttemptEnd, candidate: Candidate) => {
    if (end.outcome.kind !== "failed") {
      finish(ctx, end.outcome);
      return;
    }
    new RetryLoop(ctx, deps).run(end, candidate).then(
      (result) => finish(ctx, result),
      (error: unknown) => flow.crash(ctx, error),
    );
  };
  return (ctx) => {
    deps.budget.earn();
    deps.dispatcher.start(ctx, ctx.candidate, afterFirst);
    return SUSPENDED;
  };
}
