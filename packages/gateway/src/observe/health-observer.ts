import { REASONS, type Clock, type FaultKind } from "@rollcall/contract";
import type { DeploymentHealth } from "../health/deployment-health.ts";
import { certainty, pause, suspicion, type Ejection } from "../health/ejection.ts";
import type { Candidate } from "../routing/candidate.ts";
import { pauseMs } from "../pipeline/next-step.ts";
import type { UpstreamError } from "../upstream/upstream-error.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver } from "./observer.ts";

/** What a failed attempt says of the deployment, for the requests that come after. A fault of the request says nothing. */
export type Assessment =
  | { readonly kind: "inconclusive" }
  /** Busy is not broken: it is let alone as long as it asks for. */
  | { readonly kind: "pause"; readonly forMs: number }
  /** Counts for the breaker; ejected at once where `ejects` says how surely. */
  | { readonly kind: "fault"; readonly ejects: "definite" | "suspect" | null };

function assess(error: UpstreamError): Assessment {
  const { answer, isBusy, isDefinite, reason, refusal, retryable, timeout } = error;
  if (!retryable && timeout === null) return { kind: "inconclusive" };
  if (isBusy) return { kind: "pause", forMs: pauseMs(answer?.retryAfter ?? null) };
  if (isDefinite) return { kind: "fault", ejects: "definite" };
  return { kind: "fault", ejects: REASONS[reason].suspectAtOnce || refusal !== null ? "suspect" : null };
}

function kindOf({ reason, status, timeout }: UpstreamError): FaultKind {
  if (timeout !== null || reason === "timeout") return "timeout";
  if (status === BAD_GATEWAY) return "bad_gateway";
  return status !== null && status < 500 ? "refused" : "server_error";
}

const BAD_GATEWAY = 502;

/** What was held against a deployment for one failure, so that it can be taken back. */
interface Charge {
  readonly health: DeploymentHealth;
  readonly at: number;
  readonly ejected: Ejection | null;
}

export interface HealthObserverDeps {
  readonly clock: Pick<Clock, "now">;
  /** How often the prober looks, in milliseconds. */
  readonly probeIntervalMs: () => number;
  /** Asks the prober to look at a deployment at once. */
  readonly reprobe: (id: string) => void;
}

/** Keeps the health records, and asks the prober to look where a request has found a fault. */
export class HealthObserver implements AttemptObserver {
  readonly #deps: HealthObserverDeps;
  readonly #charges = new WeakMap<UpstreamError, Charge>();

  constructor(deps: HealthObserverDeps) {
    this.#deps = deps;
  }

  attemptStarted({ candidate: { health }, sentAt }: AttemptFacts): void {
    health.started(sentAt);
  }

  attemptFirstByte({ candidate: { health }, sentAt }: AttemptFacts, now: number): void {
    health.firstByte(now - sentAt, now);
  }

  attemptEnded({ candidate }: AttemptFacts, { outcome, excuse }: AttemptEnd, now: number): void {
    const { deployment, health } = candidate;
    health.ended();
    switch (outcome.kind) {
      case "complete":
        health.succeeded();
        return;
      case "cut":
        // Time that is over in all may be the reader's doing, or the app's own limit.
        if (outcome.cause === "total" || outcome.cause === "internal") health.inconclusive();
        else {
          const kind = outcome.cause === "idle" ? "timeout" : "server_error";
          health.failed({ kind, reason: kind, at: now }, deployment.breaker);
        }
        return;
      case "failed":
        if (excuse === null) this.#hold(candidate, outcome.error, now);
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

  /** The failure turned out to be the request's: two deployments refused it in the same way. */
  acquit(error: UpstreamError): void {
    const charge = this.#charges.get(error);
    this.#charges.delete(error);
    charge?.health.acquit(charge.at, charge.ejected);
  }

  #hold({ deployment, health }: Candidate, error: UpstreamError, now: number): void {
    const at = { wall: this.#deps.clock.now(), monotonic: now };
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
        this.#deps.reprobe(health.id);
        const ejected =
          ejects === null
            ? null
            : ejects === "definite"
              ? certainty(error.reason, at)
              : suspicion(error.reason, at, this.#deps.probeIntervalMs());
        if (ejected !== null) health.eject(ejected);
        health.failed({ kind: kindOf(error), reason: error.reason, at: now }, deployment.breaker);
        this.#charges.set(error, { health, at: now, ejected });
        return;
      }
      default:
        assessment satisfies never;
    }
  }
}
