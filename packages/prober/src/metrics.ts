import { REASON_CODES, type Verdict } from "@rollcall/contract";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Fleet } from "./fleet.ts";
import type { ProbeResult } from "./probe.ts";

/** What Prometheus reads. Labels are deployment ids, aliases and reason codes: bounded by the config, no hosts, no keys. */
export class ProberMetrics {
  readonly registry = new Registry();
  readonly #duration: Histogram;
  readonly #probes: Counter<"result">;
  readonly #transitions: Counter<"reason">;
  readonly #ready: Gauge<"deployment" | "alias">;
  readonly #nameMatches: Gauge<"deployment" | "alias">;
  readonly #reason: Gauge<"deployment" | "alias" | "reason">;
  readonly #since: Gauge<"deployment" | "alias">;

  constructor() {
    const registers = [this.registry];
    const labelNames = ["deployment", "alias"] as const;
    this.#duration = new Histogram({
      name: "rollcall_probe_duration_seconds",
      help: "How long backends took to list their models.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
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
    this.#ready = new Gauge({
      name: "rollcall_deployment_ready",
      help: "1 where the backend is ready.",
      labelNames,
      registers,
    });
    this.#nameMatches = new Gauge({
      name: "rollcall_deployment_name_matches",
      help: "1 where the backend serves the expected name.",
      labelNames,
      registers,
    });
    this.#reason = new Gauge({
      name: "rollcall_deployment_reason",
      help: "1 for the reason that holds now.",
      labelNames: ["deployment", "alias", "reason"],
      registers,
    });
    this.#since = new Gauge({
      name: "rollcall_deployment_since_timestamp_seconds",
      help: "When the reason last changed.",
      labelNames,
      registers,
    });
  }

  probed({ models, durationMs }: ProbeResult): void {
    this.#probes.inc({ result: models.kind });
    if (models.kind === "models") this.#duration.observe(durationMs / 1_000);
  }

  changed(after: Verdict): void {
    this.#transitions.inc({ reason: after.reason });
  }

  /** The text Prometheus scrapes, with the fleet as it is now. */
  print(fleet: Fleet): Promise<string> {
    for (const gauge of [this.#ready, this.#nameMatches, this.#reason, this.#since]) gauge.reset();
    for (const verdict of fleet.verdicts()) {
      const labels = { deployment: verdict.deployment, alias: verdict.alias };
      this.#ready.set(labels, verdict.ready ? 1 : 0);
      this.#nameMatches.set(labels, verdict.nameMatches === true ? 1 : 0);
      this.#reason.set({ ...labels, reason: verdict.reason }, 1);
      this.#since.set(labels, verdict.since / 1_000);
    }
    return this.registry.metrics();
  }
}
