import { REASON_CODES } from "@rollcall/contract";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Evidence, Fleet, Transition } from "./fleet.ts";
import type { ProbeResult } from "./read/probe-result.ts";

type Labels = "deployment" | "alias";

/** Statuses by which a request is turned away, and how the log calls it. */
export const REJECTIONS: ReadonlyMap<number, string> = new Map([
  [401, "unauthorized"],
  [403, "forbidden"],
  [404, "not_found"],
]);

/** What the prober's process says of itself. Times are monotonic, in milliseconds. */
export interface ProcessFacts {
  readonly now: number;
  /** When the last snapshot was written; null before the first. */
  readonly writtenAt: number | null;
}

/**
 * What Prometheus reads: `rollcall_prober_*` of this process, `rollcall_deployment_*` of what it watches. Labels are
 * deployment ids, aliases and codes: bounded by the config, no hosts, no keys.
 */
export class ProberMetrics {
  readonly registry = new Registry();
  readonly #make = new Maker(this.registry);
  readonly #duration = this.#make.seconds(
    "probe_duration_seconds",
    "How long backends took to list their models.",
  );
  readonly #lateness = this.#make.seconds(
    "probe_lateness_seconds",
    "How long after their time probes began.",
  );
  readonly #probes = this.#make.counter(
    "probes_total",
    "Probes by result: a model list, a fault, or no answer.",
    "result",
  );
  readonly #reasons = this.#make.counter(
    "transitions_total",
    "Changes of any deployment's reason, by the new one.",
    "reason",
  );
  readonly #rejected = this.#make.counter(
    "rejected_requests_total",
    "Requests that were answered with 401, 403 or 404.",
    "status",
  );
  readonly #snapshotAge = this.#make.gauge(
    "snapshot_age_seconds",
    "Time since the last snapshot was written.",
  );
  readonly #snapshotFailures = this.#make.counter(
    "snapshot_write_failures_total",
    "Snapshots that could not be written.",
  );
  readonly #transitions = new Counter<Labels>({
    name: "rollcall_deployment_transitions_total",
    help: "Changes of the deployment's reason.",
    labelNames: ["deployment", "alias"],
    registers: [this.registry],
  });
  readonly #facts = deploymentGauges(this.#make);
  readonly #reason = new HeldGauge(
    this.#make.deployment("reason", "1 for the reason that holds now, 0 for one that did.", "reason"),
  );
  readonly #warning = new HeldGauge(
    this.#make.deployment("warning", "1 for every warning that holds now, 0 for one that did.", "warning"),
  );
  readonly #endpointMissing = new HeldGauge(
    this.#make.deployment(
      "endpoint_missing",
      "1 for every endpoint that the backend was found not to have.",
      "endpoint",
    ),
  );
  readonly #held = [this.#reason, this.#warning, this.#endpointMissing];
  /** The deployments of the last print, by both labels. */
  #known = new Map<string, Record<Labels, string>>();

  constructor() {
    for (const result of ["models", "fault", "absent"]) this.#probes.inc({ result }, 0);
    for (const reason of REASON_CODES) this.#reasons.inc({ reason }, 0);
    for (const status of REJECTIONS.keys()) this.#rejected.inc({ status }, 0);
  }

  probed({ models, durationMs }: ProbeResult): void {
    this.#probes.inc({ result: models.kind });
    if (models.kind === "models") this.#duration.observe(durationMs / 1_000);
  }

  /** A probe began so much later than it was due. */
  began(latenessMs: number): void {
    this.#lateness.observe(Math.max(0, latenessMs) / 1_000);
  }

  changed({ before, after }: Transition): void {
    // Another wrong name or a warning is no other reason.
    if (after.reason === before.reason) return;
    this.#reasons.inc({ reason: after.reason });
    this.#transitions.inc(labelsOf(after));
  }

  rejected(status: number): void {
    this.#rejected.inc({ status });
  }

  snapshotFailed(): void {
    this.#snapshotFailures.inc();
  }

  /** The text Prometheus scrapes, with the fleet as it is now. */
  print(fleet: Fleet, { now, writtenAt }: ProcessFacts): Promise<string> {
    this.#snapshotAge.set(writtenAt === null ? Number.NaN : (now - writtenAt) / 1_000);
    for (const [gauge] of this.#facts) gauge.reset();
    const all = fleet.evidence();
    this.#forget(all);
    // What has held goes to zero and stays: a series that ends cannot be told from one that is not scraped.
    for (const held of this.#held) held.clear();
    for (const evidence of all) this.#set(evidence, now);
    return this.registry.metrics();
  }

  #set(evidence: Evidence, now: number): void {
    const { reason, served, warnings } = evidence.verdict;
    const labels = labelsOf(evidence.verdict);
    this.#transitions.inc(labels, 0);
    for (const [gauge, read] of this.#facts) {
      const value = read(evidence, now);
      // What a backend does not say has no sample, rather than a zero.
      if (value !== null) gauge.set(labels, value);
    }
    this.#reason.set({ ...labels, reason });
    for (const warning of warnings) this.#warning.set({ ...labels, warning });
    for (const endpoint of served?.missing ?? []) this.#endpointMissing.set({ ...labels, endpoint });
  }

  /** Counters of what the config no longer has would be told for ever. */
  #forget(all: readonly Evidence[]): void {
    const present = new Map(
      all.map(({ verdict }) => [`${verdict.deployment}\n${verdict.alias}`, labelsOf(verdict)]),
    );
    for (const [key, labels] of this.#known) {
      if (present.has(key)) continue;
      this.#transitions.remove(labels);
      for (const held of this.#held) held.forget(labels);
    }
    this.#known = present;
  }
}

function labelsOf({ deployment, alias }: Record<Labels, string>): Record<Labels, string> {
  return { deployment, alias };
}

type Held<L extends string> = Readonly<Record<Labels | L, string>>;

/** A gauge of what holds: 1, and 0 for what once did. Of what never did there is no sample. */
class HeldGauge<L extends string> {
  readonly #gauge: Gauge<Labels | L>;
  readonly #seen = new Map<string, Held<L>>();

  constructor(gauge: Gauge<Labels | L>) {
    this.#gauge = gauge;
  }

  clear(): void {
    for (const labels of this.#seen.values()) this.#gauge.set(labels, 0);
  }

  set(labels: Held<L>): void {
    this.#seen.set(JSON.stringify(labels), labels);
    this.#gauge.set(labels, 1);
  }

  /** Of a deployment that the config no longer has. */
  forget({ deployment, alias }: Record<Labels, string>): void {
    for (const [key, labels] of this.#seen) {
      if (labels.deployment !== deployment || labels.alias !== alias) continue;
      this.#seen.delete(key);
      this.#gauge.remove(labels);
    }
  }
}

/** Makes metrics by the two prefixes. */
class Maker {
  readonly #registers: Registry[];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  seconds(name: string, help: string): Histogram {
    return new Histogram({
      name: `rollcall_prober_${name}`,
      help,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: this.#registers,
    });
  }

  counter<L extends string = never>(name: string, help: string, ...labelNames: L[]): Counter<L> {
    return new Counter({ name: `rollcall_prober_${name}`, help, labelNames, registers: this.#registers });
  }

  gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `rollcall_prober_${name}`, help, registers: this.#registers });
  }

  /** A gauge that speaks of one deployment each. */
  deployment<L extends string = Labels>(name: string, help: string, ...more: L[]): Gauge<Labels | L> {
    return new Gauge<Labels | L>({
      name: `rollcall_deployment_${name}`,
      help,
      labelNames: ["deployment", "alias", ...more],
      registers: this.#registers,
    });
  }
}

type DeploymentGauge = readonly [Gauge<Labels>, (evidence: Evidence, now: number) => number | null];

function deploymentGauges(make: Maker): readonly DeploymentGauge[] {
  const gauge = (name: string, help: string) => make.deployment(name, help);
  return [
    [gauge("ready", "1 where the backend is ready."), ({ verdict }) => (verdict.ready ? 1 : 0)],
    [
      gauge("name_matches", "1 where the backend serves the expected name."),
      ({ verdict }) => (verdict.nameMatches === true ? 1 : 0),
    ],
    [
      gauge("since_timestamp_seconds", "When the reason last changed."),
      ({ verdict }) => verdict.since / 1_000,
    ],
    [
      gauge("state_seconds", "How long the reason has held."),
      ({ reasonSince }, now) => (now - reasonSince) / 1_000,
    ],
    [
      gauge("max_model_len", "Context length that the backend says it serves, in tokens."),
      ({ verdict }) => verdict.served?.maxModelLen ?? null,
    ],
    [
      gauge("requests_running", "Requests that the backend says it works on."),
      ({ load }) => load?.running ?? null,
    ],
    [
      gauge("requests_waiting", "Requests that the backend says wait in its queue."),
      ({ load }) => load?.waiting ?? null,
    ],
    [
      gauge("kv_cache_usage_ratio", "How full the backend says its KV cache is, 0 to 1."),
      ({ load }) => load?.kvUsage ?? null,
    ],
  ];
}
