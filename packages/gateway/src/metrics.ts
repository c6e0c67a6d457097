import { Counter, Gauge, Registry, type Aggregator, type Metric } from "prom-client";
import { Durations } from "./durations.ts";

/** How several workers' gauges become one. The others say what each sees for itself: then the worst is shown. */
const GATHERED: Readonly<Record<string, Aggregator>> = { in_flight: "sum", available_deployments: "min" };

/** All that was counted, as it goes from one process to another. */
export type Counts = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** What is read at the moment of the scrape. */
export interface GaugeReadings {
  readonly inFlight: Iterable<readonly [deployment: string, count: number]>;
  readonly available: Iterable<readonly [alias: string, count: number]>;
  readonly ejected: Iterable<readonly [deployment: string, evidence: { readonly reason: string }]>;
  readonly snapshotAgeMs: number;
  readonly snapshotFresh: boolean;
  readonly snapshotFaults: number;
}

/** What Prometheus reads. Labels are aliases and deployment ids of the config, statuses and reason codes: all bounded. */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #requests: Counter<"alias" | "status">;
  /** Requests that `#requests` does not have yet, by alias and status: counted there when somebody looks. */
  readonly #uncounted = new Map<string, Map<number, number>>();
  readonly #duration: Durations;
  readonly #firstByte: Durations;
  readonly #failures: Counter<"deployment" | "reason">;
  readonly #timeouts: Counter<"deployment" | "phase">;
  readonly #ended: Counter<"ending">;
  readonly #inFlight: Gauge<"deployment">;
  readonly #available: Gauge<"alias">;
  readonly #ejected: Gauge<"deployment" | "reason">;
  readonly #age: Gauge;
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
    const seconds = (name: string, help: string) => {
      const durations = new Durations(`rollcall_gateway_${name}_seconds`, help);
      // A registry reads a name and `get`, and nothing else.
      this.registry.registerMetric(durations as unknown as Metric);
      return durations;
    };
    this.#requests = new Counter({
      name: "rollcall_gateway_requests_total",
      help: "Requests by alias and status; an unknown alias counts as none.",
      labelNames: ["alias", "status"],
      registers,
      collect: () => this.#countRequests(),
    });
    this.#duration = seconds("request_duration", "From the request's head to the end of its answer.");
    this.#firstByte = seconds(
      "time_to_first_byte",
      "From the request's head to the first byte of its answer.",
    );
    this.#failures = counter("attempt_failures", "Attempts on a deployment that failed, by reason.", [
      "deployment",
      "reason",
    ]);
    this.#timeouts = counter("timeouts", "Times that ran out: connect, first_token, idle, total.", [
      "deployment",
      "phase",
    ]);
    this.#ended = counter(
      "interrupted",
      "Answers that did not end: cut by the backend, or left by the client.",
      ["ending"],
    );
    this.#inFlight = gauge("in_flight", "Requests under way by deployment.", ["deployment"]);
    this.#available = gauge("available_deployments", "Deployments an alias can be sent to now.", ["alias"]);
    this.#ejected = gauge("ejected", "1 where requests themselves have shown a deployment unfit.", [
      "deployment",
      "reason",
    ]);
    this.#age = gauge("snapshot_age_seconds", "Time since the last news from the prober.");
    this.#stale = gauge("snapshot_stale", "1 without news for three intervals.");
    this.#faults = counter("snapshot_faults", "Snapshots that could not be used, since the start.", []);
    for (const ending of ["cut", "gone"]) this.#ended.inc({ ending }, 0);
  }

  answered(alias: string, status: number, ms: number): void {
    let byStatus = this.#uncounted.get(alias);
    if (byStatus === undefined) this.#uncounted.set(alias, (byStatus = new Map()));
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    this.#duration.observe(alias, ms);
  }

  firstByte(alias: string, ms: number): void {
    this.#firstByte.observe(alias, ms);
  }

  attemptFailed(deployment: string, reason: string): void {
    this.#failures.inc({ deployment, reason });
  }

  timedOut(deployment: string, phase: string): void {
    this.#timeouts.inc({ deployment, phase });
  }

  interrupted(ending: "cut" | "gone"): void {
    this.#ended.inc({ ending });
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

  #countRequests(): void {
    for (const [alias, byStatus] of this.#uncounted)
      for (const [status, count] of byStatus) this.#requests.inc({ alias, status }, count);
    this.#uncounted.clear();
  }

  #set(now: GaugeReadings): void {
    for (const gauge of [this.#inFlight, this.#available, this.#ejected]) gauge.reset();
    for (const [deployment, count] of now.inFlight) this.#inFlight.set({ deployment }, count);
    for (const [alias, count] of now.available) this.#available.set({ alias }, count);
    for (const [deployment, { reason }] of now.ejected) this.#ejected.set({ deployment, reason }, 1);
    this.#age.set(Number.isFinite(now.snapshotAgeMs) ? now.snapshotAgeMs / 1_000 : Number.NaN);
    this.#stale.set(now.snapshotFresh ? 0 : 1);
    // The feed counts them; here they are only told.
    this.#faults.reset();
    this.#faults.inc(now.snapshotFaults);
  }
}
