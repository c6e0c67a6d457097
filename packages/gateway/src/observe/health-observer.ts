import { REASONS, type Clock } from "@rollcall/contract";
import type { DeploymentHealth } from "../health/deployment-health.ts";
import { ejection, pause } from "../health/ejection.ts";
import { pauseMs } from "../pipeline/next-step.ts";
import type { UpstreamError } from "../upstream/upstream-error.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver } from "./observer.ts";

const TOO_MANY_REQUESTS = 429;

/** What a failed attempt says of the deployment, for the requests that come after. A fault of the request says nothing. */
export type Assessment =
  | { readonly kind: "inconclusive" }
  /** Busy is not broken: it is let alone as long as it asks for. */
  | { readonly kind: "pause"; readonly forMs: number }
  /** Counts for the breaker; ejected at once where `ejects` says how surely. */
  | { readonly kind: "fault"; readonly ejects: "definite" | "suspect" | null };

export function assess({ answer, reason, retryable, timeout, isDefinite }: UpstreamError): Assessment {
  if (!retryable && timeout === null) return { kind: "inconclusive" };
  if (answer?.status === TOO_MANY_REQUESTS) return { kind: "pause", forMs: pauseMs(answer.retryAfter) };
  return {
    kind: "fault",
    ejects: isDefinite ? "definite" : REASONS[reason].suspectAtOnce ? "suspect" : null,
  };
}

/** Keeps the health records, and asks the prober to look where a request has found a fault. */
export class HealthObserver implements AttemptObserver {
  readonly #clock: Pick<Clock, "now">;
  readonly #reprobe: (id: string) => void;

  constructor(clock: Pick<Clock, "now">, reprobe: (id: string) => void) {
    this.#clock = clock;
    this.#reprobe = reprobe;
  }

  attemptStarted({ candidate: { health }, sentAt }: AttemptFacts): void {
    health.started(sentAt);
  }

  attemptFirstByte({ candidate: { health }, sentAt }: AttemptFacts, now: number): void {
    health.firstByte(now - sentAt, now);
  }

  attemptEnded({ candidate: { health } }: AttemptFacts, { outcome, excuse }: AttemptEnd, now: number): void {
    health.ended();
    switch (outcome.kind) {
      case "complete":
        health.succeeded();
        return;
      case "cut":
        // Time that is over in all may be the reader's doing, or the app's own limit.
        if (outcome.cause === "total" || outcome.cause === "internal") health.inconclusive();
        else health.failed("down", now);
        return;
      case "failed":
        if (excuse === null) this.#hold(health, outcome.error, now);
        else health.inconclusive();
        return;
      case "abandoned":
      case "bug":
        health.inconclusive();
        return;
      default:
        outcome satisfies never;
    }
  }

  #hold(health: DeploymentHealth, error: UpstreamError, now: number): void {
    const at = { wall: this.#clock.now(), monotonic: now };
    const assessment = assess(error);
    switch (assessment.kind) {
      case "inconclusive":
        health.inconclusive();
        return;
      case "pause":
        health.eject(pause(error.reason, assessment.forMs, at));
        health.inconclusive();
        return;
      case "fault": {
        const { ejects } = assessment;
        this.#reprobe(health.id);
        if (ejects !== null)
          health.eject(ejection({ definite: ejects === "definite", reason: error.reason }, at));
        health.failed(error.reason, now);
        return;
      }
      default:
        assessment satisfies never;
    }
  }
}
