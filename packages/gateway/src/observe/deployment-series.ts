import { REASON_CODES, REASONS } from "@rollcall/contract";
import { Counter, type Registry } from "prom-client";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { AttemptEnd } from "./observer.ts";
import { SECONDS, type Count, type Series } from "./series.ts";
import { SeriesCounter, SeriesHistogram } from "./series-metrics.ts";

/** What an attempt can be found to have failed of. */
const ATTEMPT_REASONS = REASON_CODES.filter((reason) => REASONS[reason].failsRequests);

const PHASES = ["connect", "first_token", "idle", "total"];

/** How attempts end, as a label says it. */
const OUTCOMES = [
  "complete",
  "failed",
  "cut",
  "abandoned",
  "bug",
] as const satisfies readonly AttemptOutcome["kind"][];

/** The series of one deployment. */
export interface DeploymentSeries {
  readonly outcomes: Readonly<Record<(typeof OUTCOMES)[number], Count>>;
  readonly duration: Series;
  readonly firstToken: Series;
}

/** What is counted by deployment. */
export class DeploymentMetrics {
  readonly #known = new Map<string, DeploymentSeries>();
  readonly #attempts: SeriesCounter<"deployment" | "outcome">;
  readonly #duration: SeriesHistogram<"deployment">;
  readonly #firstToken: SeriesHistogram<"deployment">;
  readonly #failures: Counter<"deployment" | "reason">;
  readonly #timeouts: Counter<"deployment" | "phase">;
  readonly #truncated: Counter<"deployment">;
  readonly #cuts: Counter<"alias" | "deployment" | "cause">;

  constructor(registry: Registry) {
    const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Counter<L>({ name: `rollcall_gateway_${name}_total`, help, labelNames, registers: [registry] });
    const times = (name: string, help: string) =>
      new SeriesHistogram<"deployment">(
        { name: `rollcall_gateway_${name}_seconds`, help, labelNames: ["deployment"] },
        SECONDS,
        registry,
      );
    this.#attempts = new SeriesCounter(
      {
        name: "rollcall_gateway_attempts_total",
        help: "Attempts on a deployment by how they ended: complete, failed, cut, abandoned, bug.",
        labelNames: ["deployment", "outcome"],
      },
      registry,
    );
    this.#duration = times("attempt_duration", "Of whole answers: from sending the request to their end.");
    this.#firstToken = times(
      "upstream_time_to_first_token",
      "Of streams: from sending the request to the first event that carries something.",
    );
    this.#failures = counter("attempt_failures", "Attempts on a deployment that failed, by reason.", [
      "deployment",
      "reason",
    ]);
    this.#timeouts = counter("timeouts", "Times that ran out: connect, first_token, idle, total.", [
      "deployment",
      "phase",
    ]);
    this.#truncated = counter("context_truncated", "Answers to prompts of which only a part was read.", [
      "deployment",
    ]);
    this.#cuts = counter(
      "cuts",
      "Answers that broke off after their first byte, by cause: cut, idle, total, abort, internal, revoked.",
      ["alias", "deployment", "cause"],
    );
  }

  /** The series of a deployment; all of them begin at zero with the first call. */
  of(deployment: string): DeploymentSeries {
    let series = this.#known.get(deployment);
    if (series === undefined) this.#known.set(deployment, (series = this.#begin(deployment)));
    return series;
  }

  /** Begins with it what is counted for an alias too. */
  begin(alias: string, deployment: string): void {
    this.of(deployment);
    this.#cuts.inc({ alias, deployment, cause: "cut" }, 0);
  }

  truncated(deployment: string): void {
    this.#truncated.inc({ deployment });
  }

  ended(alias: string, deployment: string, { outcome, excuse }: AttemptEnd): void {
    this.of(deployment).outcomes[outcome.kind].value += 1;
    if (outcome.kind === "cut") {
      const { cause } = outcome;
      this.#cuts.inc({ alias, deployment, cause });
      if (cause === "idle" || cause === "total") this.#timeouts.inc({ deployment, phase: cause });
      return;
    }
    if (outcome.kind !== "failed" || excuse === "key_rotated") return;
    const { reason, retryable, timeout } = outcome.error;
    if (timeout !== null) this.#timeouts.inc({ deployment, phase: timeout });
    // The app's own limit, which may be as short as it likes, says nothing of the deployment.
    if (excuse === null && (retryable || timeout !== null)) this.#failures.inc({ deployment, reason });
  }

  #begin(deployment: string): DeploymentSeries {
    for (const reason of ATTEMPT_REASONS) this.#failures.inc({ deployment, reason }, 0);
    for (const phase of PHASES) this.#timeouts.inc({ deployment, phase }, 0);
    this.#truncated.inc({ deployment }, 0);
    const outcome = (kind: AttemptOutcome["kind"]) => this.#attempts.of({ deployment, outcome: kind });
    return {
      outcomes: {
        complete: outcome("complete"),
        failed: outcome("failed"),
        cut: outcome("cut"),
        abandoned: outcome("abandoned"),
        bug: outcome("bug"),
      },
      duration: this.#duration.of({ deployment }),
      firstToken: this.#firstToken.of({ deployment }),
    };
  }
}
