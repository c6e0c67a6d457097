import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver } from "./observer.ts";
import type { TriedAttempt } from "./tried-attempt.ts";

/** Of a large fleet in an outage each attempt would keep them all, for as long as the request is known. */
const MOST_KEPT = 16;

/** Keeps on the request where it went, for those who hear of its end. To be told before they are. */
export class AttemptTrail implements AttemptObserver {
  attemptStarted({ ctx, candidate, sentAt }: AttemptFacts): void {
    ctx.sentTo = candidate;
    ctx.sentAt = sentAt;
  }

  attemptEnded({ ctx, candidate, sentAt }: AttemptFacts, end: AttemptEnd, endedAt: number): void {
    const { outcome, excuse } = end;
    if (outcome.kind === "complete") return;
    const {
      id: deployment,
      deployment: { alias },
    } = candidate;
    const { startedAt } = ctx;
    const passedOver =
      ctx.passedOver.length > MOST_KEPT ? ctx.passedOver.slice(0, MOST_KEPT) : ctx.passedOver;
    const times = { afterMs: sentAt - startedAt, ms: endedAt - sentAt };
    const tried = { deployment, alias, ...factsOf(outcome), excuse, ...times, passedOver };
    if (ctx.tried === null) ctx.tried = [tried];
    else ctx.tried.push(tried);
  }
}

type Facts = Pick<TriedAttempt, "outcome" | "reason" | "status" | "timeout">;

function factsOf(outcome: Exclude<AttemptOutcome, { kind: "complete" }>): Facts {
  const nothing = { reason: null, status: null, timeout: null };
  if (outcome.kind === "cut") return { ...nothing, outcome: "cut", reason: outcome.cause };
  if (outcome.kind !== "failed") return { ...nothing, outcome: outcome.kind };
  const { reason, status, timeout } = outcome.error;
  return { outcome: "failed", reason, status, timeout };
}
