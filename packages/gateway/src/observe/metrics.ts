import { ENDPOINTS, REASON_CODES, REASONS, type Config } from "@rollcall/contract";
import { Counter, Gauge, Registry, type Aggregator } from "prom-client";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import { Durations } from "./durations.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver, RequestObserver } from "./observer.ts";
import { RequestCounts } from "./request-counts.ts";

/** How several workers' gauges become one. The others say what each sees for itself: then the worst is shown. */
const GATHERED: Readonly<Record<string, Aggregator>> = {
  requests_in_flight: "sum",
  available_deployments: "min",
  request_body_bytes: "sum",
  snapshot_sequence: "min",
};

/** All that was counted, as it goes from one process to another. */
export type Counts = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** What is read at the moment of the scrape. */
export interface GaugeReadings {
  readonly inFlight: Iterable<readonly [deployment: string, count: number]>;
  readonly available: Iterable<readonly [alias: string, count: number]>;
  readonly ejected: Iterable<readonly [deployment: string, evidence: { readonly reason: string }]>;
  readonly bodyBytes: number;
  readonly snapshotAgeMs: number;
  readonly snapshotSequence: number;
  readonly snapshotFresh: boolean;
  readonly snapshotFaults: number;
}

/** What an attempt can be found to have failed of: each is a series from a deployment's first attempt on. */
const ATTEMPT_REASONS = REASON_CODES.filter((reason) => REASONS[reason].failsRequests);

/** What Prometheus reads. Labels are aliases and deployment ids of the config, endpoints, statuses and reason codes: all bounded. */
export class GatewayMetrics implements AttemptObserver, RequestObserver {
  readonly registry = new Registry();
  readonly #requests: RequestCounts;
  readonly #duration: Durations;
  readonly #firstByte: Durations;
  readonly #failures: Counter<"deployment" | "reason">;
  readonly #timeouts: Counter<"deployment" | "phase">;
  readonly #truncated: Counter<"deployment">;
  readonly #interrupted: Counter<"alias" | "endpoint" | "ending">;
  readonly #rejected: Counter<"endpoint" | "reason">;
  readonly #seen = new Set<string>();
  readonly #inFlight: Gauge<"deployment">;
  readonly #available: Gauge<"alias">;
  readonly #ejected: Gauge<"deployment" | "reason">;
  readonly #bodyBytes: Gauge;
  readonly #age: Gauge;
  readonly #sequence: Gauge;
  readonly #stale: Gauge;
  readonly #faults: Counter;

  constructor() {
    const registers = [this.registry];
    const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) => {
      const aggregator = GATHERED[name] ?? "max";
      return new Gauge<L>({ name: `rollcall_gateway_${name}`, help, labelNames, aggregator, registers });
    };
    const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Counter<L>({ name: `rollcall_gateway_${name}_total`, help, labelNames, registers });
    this.#requests = new RequestCounts(registers);
    this.#duration = new Durations(
      {
        name: "rollcall_gateway_request_duration_seconds",
        help: "From the request's head to the end of its answer.",
      },
      this.registry,
    );
    this.#firstByte = new Durations(
      {
        name: "rollcall_gateway_time_to_first_byte_seconds",
        help: "From the request's head to the first byte of its answer.",
      },
      this.registry,
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
    this.#interrupted = counter(
      "interrupted",
      "Answers that did not end: cut by the backend, or left by the client.",
      ["alias", "endpoint", "ending"],
    );
    this.#rejected = counter("rejected_requests", "Requests that the gateway itself rejected, by reason.", [
      "endpoint",
      "reason",
    ]);
    this.#inFlight = gauge("requests_in_flight", "Requests under way by deployment.", ["deployment"]);
    this.#available = gauge("available_deployments", "Deployments an alias can be sent to now.", ["alias"]);
    this.#ejected = gauge("ejected", "1 where requests themselves have shown a deployment unfit.", [
      "deployment",
      "reason",
    ]);
    this.#bodyBytes = gauge("request_body_bytes", "Bytes of request bodies held.");
    this.#age = gauge("snapshot_age_seconds", "Time since the last update from the prober.");
    this.#sequence = gauge("snapshot_sequence", "Number of the snapshot in use; 0: none yet.");
    this.#stale = gauge("snapshot_stale", "1 without an update for three intervals.");
    this.#faults = counter("snapshot_faults", "Snapshots that could not be used, since the start.", []);
  }

  attemptStarted({ candidate: { id } }: AttemptFacts): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    for (const reason of ATTEMPT_REASONS) this.#failures.inc({ deployment: id, reason }, 0);
    for (const phase of ["connect", "first_token", "idle", "total"])
      this.#timeouts.inc({ deployment: id, phase }, 0);
    this.#truncated.inc({ deployment: id }, 0);
  }

  promptTruncated({ candidate: { id } }: AttemptFacts): void {
    this.#truncated.inc({ deployment: id });
  }

  attemptFirstByte({ ctx }: AttemptFacts, now: number): void {
    this.#firstByte.record({ alias: ctx.alias, endpoint: ctx.endpoint.name }, now - ctx.startedAt);
  }

  attemptEnded({ candidate: { id } }: AttemptFacts, { outcome, excuse }: AttemptEnd): void {
    if (outcome.kind === "cut") {
      if (outcome.cause === "idle" || outcome.cause === "total")
        this.#timeouts.inc({ deployment: id, phase: outcome.cause });
      return;
    }
    if (outcome.kind !== "failed" || excuse === "key_rotated") return;
    const { reason, retryable, timeout } = outcome.error;
    if (timeout !== null) this.#timeouts.inc({ deployment: id, phase: timeout });
    // The app's own limit, which may be as short as it likes, says nothing of the deployment.
    if (excuse === null && (retryable || timeout !== null)) this.#failures.inc({ deployment: id, reason });
  }

  requestEnded({ alias, endpoint }: RequestContext, { ending, failure, status, ms }: RequestEnd): void {
    this.#requests.add(alias, endpoint.name, status);
    this.#duration.record({ alias, endpoint: endpoint.name }, ms);
    if (ending === "upstream_aborted" || ending === "client_disconnected")
      this.#interrupted.inc({ alias, endpoint: endpoint.name, ending });
    if (failure !== null && status < 500 && failure.kind !== "upstream_answer")
      this.rejected(endpoint.name, failure.kind);
  }

  /** `endpoint`: of the table, or `models`, or `other`; never a path that was sent. */
  rejected(endpoint: string, reason: GatewayError["kind"]): void {
    this.#rejected.inc({ endpoint, reason });
  }

  /** Begins the series of every alias at zero, for what its mode is asked: a counter that is born at one is no increase. */
  initialise({ aliases }: Pick<Config, "aliases">): void {
    for (const endpoint of [...ENDPOINTS.map(({ name }) => name), "models", "other"])
      for (const reason of ["no_key", "wrong_key"]) this.#rejected.inc({ endpoint, reason }, 0);
    for (const [alias, deployments] of aliases) {
      for (const { name: endpoint, canary } of ENDPOINTS) {
        if (!deployments.some(({ mode }) => canary?.modes.includes(mode) === true)) continue;
        this.#requests.begin(alias, endpoint);
        for (const ending of ["upstream_aborted", "client_disconnected"])
          this.#interrupted.inc({ alias, endpoint, ending }, 0);
      }
    }
  }

  /** The text Prometheus scrapes, with the gauges as they are now. */
  print(now: GaugeReadings): Promise<string> {
    this.#set(now);
    return this.registry.metrics();
  }

  /** The same as data: what one of several workers has to say. */
  read(now: GaugeReadings): Promise<Counts> {
    this.#set(now);
    return this.registry.getMetricsAsJSON();
  }

  #set(now: GaugeReadings): void {
    for (const gauge of [this.#inFlight, this.#available, this.#ejected]) gauge.reset();
    for (const [deployment, count] of now.inFlight) this.#inFlight.set({ deployment }, count);
    for (const [alias, count] of now.available) this.#available.set({ alias }, count);
    for (const [deployment, { reason }] of now.ejected) this.#ejected.set({ deployment, reason }, 1);
    this.#bodyBytes.set(now.bodyBytes);
    this.#age.set(Number.isFinite(now.snapshotAgeMs) ? now.snapshotAgeMs / 1_000 : Number.NaN);
    this.#sequence.set(now.snapshotSequence);
    this.#stale.set(now.snapshotFresh ? 0 : 1);
    // The feed counts them; here they are only told.
    this.#faults.reset();
    this.#faults.inc(now.snapshotFaults);
  }
}
