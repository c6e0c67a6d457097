import { Counter, Gauge, type Aggregator, type Registry } from "prom-client";

/** What is read at the moment of the scrape. */
export interface GaugeReadings {
  /** Of every deployment of the config. */
  readonly inFlight: Iterable<readonly [deployment: string, count: number]>;
  readonly breakers: Iterable<readonly [deployment: string, isOpen: boolean]>;
  readonly available: Iterable<readonly [alias: string, count: number]>;
  readonly ejected: Iterable<readonly [deployment: string, evidence: { readonly reason: string }]>;
  readonly bodyBytes: number;
  readonly queued: number;
  /** Of apps. */
  readonly connections: number;
  /** To backends. */
  readonly upstreamConnections: number;
  readonly snapshotAgeMs: number;
  readonly snapshotSequence: number;
  readonly snapshotFresh: boolean;
  readonly snapshotFaults: number;
}

/** How several workers' gauges become one. The others say what each sees for itself: then the worst is shown. */
const GATHERED: Readonly<Record<string, Aggregator>> = {
  requests_in_flight: "sum",
  available_deployments: "min",
  request_body_bytes: "sum",
  queued_requests: "sum",
  connections: "sum",
  upstream_connections: "sum",
  snapshot_sequence: "min",
};

/** What is shown as it is now. A series of what the config has stays, at zero where nothing is. */
export class GaugeMetrics {
  readonly #inFlight: Gauge<"deployment">;
  readonly #breakers: Gauge<"deployment">;
  readonly #available: Gauge<"alias">;
  readonly #ejected: Gauge<"deployment" | "reason">;
  /** Reasons for which a deployment was ever ejected. */
  readonly #ejectedFor = new Map<string, Set<string>>();
  readonly #plain: readonly (readonly [Gauge, (now: GaugeReadings) => number])[];
  readonly #faults: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) => {
      const aggregator = GATHERED[name] ?? "max";
      return new Gauge<L>({ name: `rollcall_gateway_${name}`, help, labelNames, aggregator, registers });
    };
    this.#inFlight = gauge("requests_in_flight", "Requests under way by deployment.", ["deployment"]);
    this.#breakers = gauge("breaker_open", "1 where the breaker lets no request or a trial alone through.", [
      "deployment",
    ]);
    this.#available = gauge("available_deployments", "Deployments an alias can be sent to now.", ["alias"]);
    this.#ejected = gauge("ejected", "1 where requests themselves have shown a deployment unfit.", [
      "deployment",
      "reason",
    ]);
    this.#plain = [
      [gauge("request_body_bytes", "Bytes of request bodies held."), ({ bodyBytes }) => bodyBytes],
      [gauge("queued_requests", "Requests that wait for a model to load."), ({ queued }) => queued],
      [gauge("connections", "Connections of apps that are open."), ({ connections }) => connections],
      [
        gauge("upstream_connections", "Connections to backends that are open, idle ones too."),
        ({ upstreamConnections }) => upstreamConnections,
      ],
      [
        gauge("snapshot_age_seconds", "Time since the last update from the prober."),
        ({ snapshotAgeMs }) => (Number.isFinite(snapshotAgeMs) ? snapshotAgeMs / 1_000 : Number.NaN),
      ],
      [
        gauge("snapshot_sequence", "Number of the snapshot in use; 0: none yet."),
        ({ snapshotSequence }) => snapshotSequence,
      ],
      [
        gauge("snapshot_stale", "1 without an update for three intervals."),
        ({ snapshotFresh }) => (snapshotFresh ? 0 : 1),
      ],
    ];
    this.#faults = new Counter({
      name: "rollcall_gateway_snapshot_faults_total",
      help: "Snapshots that could not be used, since the start.",
      registers,
    });
  }

  set(now: GaugeReadings): void {
    for (const gauge of [this.#inFlight, this.#breakers, this.#available, this.#ejected]) gauge.reset();
    for (const [deployment, { reason }] of now.ejected) this.#reasonsOf(deployment).add(reason);
    for (const [deployment, count] of now.inFlight) {
      this.#inFlight.set({ deployment }, count);
      for (const reason of this.#ejectedFor.get(deployment) ?? [])
        this.#ejected.set({ deployment, reason }, 0);
    }
    for (const [deployment, isOpen] of now.breakers) this.#breakers.set({ deployment }, isOpen ? 1 : 0);
    for (const [alias, count] of now.available) this.#available.set({ alias }, count);
    for (const [deployment, { reason }] of now.ejected) this.#ejected.set({ deployment, reason }, 1);
    for (const [gauge, read] of this.#plain) gauge.set(read(now));
    // The feed counts them; here they are only told.
    this.#faults.reset();
    this.#faults.inc(now.snapshotFaults);
  }

  #reasonsOf(deployment: string): Set<string> {
    let reasons = this.#ejectedFor.get(deployment);
    if (reasons === undefined) this.#ejectedFor.set(deployment, (reasons = new Set()));
    return reasons;
  }
}
