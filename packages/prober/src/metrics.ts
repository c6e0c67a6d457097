import { REASON_CODES } from "@rollcall/contract";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ProbeResult } from "./read/probe-result.ts";
import type { Evidence, Fleet, Transition } from "./fleet.ts";

type Labels = "deployment" | "alias";

/** What Prometheus reads. Labels are deployment ids, aliases and reason codes: bounded by the config, no hosts, no keys. */
export class ProberMetrics {
  readonly registry = new Registry();
  readonly #duration: Histogram;
  readonly #lateness: Histogram;
  readonly #probes: Counter<"result">;
  readonly #transitions: Counter<"reason">;
  readonly #snapshotAge: Gauge;
  readonly #snapshotFailures: Counter;
  readonly #gauges: readonly VerdictGauge[];
  readonly #reason: Gauge<Labels | "reason">;
  readonly #warning: Gauge<Labels | "warning">;
  readonly #load: readonly (readonly [Gauge<Labels>, "running" | "waiting" | "kvUsage"])[];

  constructor() {
    const registers = [this.registry];
    const seconds = (name: string, help: string) =>
      new Histogram({
        name,
        help,
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
        registers,
      });
    const gauge = gaugesIn(registers);
    this.#duration = seconds(
      "rollcall_probe_duration_seconds",
      "How long backends took to list their models.",
    );
    this.#lateness = seconds("rollcall_probe_lateness_seconds", "How long after their time probes began.");
    this.#probes = new Counter({
      name: "rollcall_probes_total",
      help: "Probes by result: a model list, a fault, or no answer.",
      labelNames: ["result"],
      registers,
    });
    this.#transitions = new Counter({
      name: "rollcall_transitions_total",
      help: "Changes of a deployment's reason, by the new one.",
      labelNames: ["reason"],
      registers,
    });
    for (const reason of REASON_CODES) this.#transitions.inc({ reason }, 0);
    this.#snapshotAge = new Gauge({
      name: "rollcall_snapshot_age_seconds",
      help: "Time since the last snapshot was written.",
      registers,
    });
    this.#snapshotFailures = new Counter({
      name: "rollcall_snapshot_write_failures_total",
      help: "Snapshots that could not be written.",
      registers,
    });
    this.#gauges = verdictGauges(registers);
    this.#reason = gauge("reason", "1 for the reason that holds now.", "reason");
    this.#warning = gauge("warning", "1 for every warning that holds now.", "warning");
    this.#load = [
      [gauge("requests_running", "Requests that the backend says it works on."), "running"],
      [gauge("requests_waiting", "Requests that the backend says wait in its queue."), "waiting"],
      [gauge("kv_cache_usage_ratio", "How full the backend says its KV cache is, 0 to 1."), "kvUsage"],
    ];
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
    if (after.reason !== before.reason) this.#transitions.inc({ reason: after.reason });
  }

  snapshotFailed(): void {
    this.#snapshotFailures.inc();
  }

  /** The text Prometheus scrapes, with the fleet as it is now. Times are monotonic; `writtenAt`: the last snapshot's. */
  print(
    fleet: Fleet,
    { now, writtenAt }: { readonly now: number; readonly writtenAt: number | null },
  ): Promise<string> {
    this.#snapshotAge.set(writtenAt === null ? Number.NaN : (now - writtenAt) / 1_000);
    for (const [gauge] of [...this.#gauges, ...this.#load]) gauge.reset();
    this.#reason.reset();
    this.#warning.reset();
    for (const evidence of fleet.evidence()) {
      const { verdict, load } = evidence;
      const labels = { deployment: verdict.deployment, alias: verdict.alias };
      for (const [gauge, read] of this.#gauges) setIf(gauge, labels, read(evidence, now));
      for (const [gauge, key] of this.#load) setIf(gauge, labels, load?.[key] ?? null);
      this.#reason.set({ ...labels, reason: verdict.reason }, 1);
      for (const warning of verdict.warnings) this.#warning.set({ ...labels, warning }, 1);
    }
    return this.registry.metrics();
  }
}

/** Makes gauges that speak of one deployment each. */
function gaugesIn(registers: Registry[]) {
  return <L extends string = Labels>(name: string, help: string, ...more: L[]) =>
    new Gauge<Labels | L>({
      name: `rollcall_deployment_${name}`,
      help,
      labelNames: ["deployment", "alias", ...more],
      registers,
    });
}

type VerdictGauge = readonly [Gauge<Labels>, (evidence: Evidence, now: number) => number | null];

function verdictGauges(registers: Registry[]): readonly VerdictGauge[] {
  const gauge = gaugesIn(registers);
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
  ];
}

/** What a backend does not say has no sample, rather than a zero. */
function setIf(gauge: Gauge<Labels>, labels: Record<Labels, string>, value: number | null): void {
  if (value !== null) gauge.set(labels, value);
}
