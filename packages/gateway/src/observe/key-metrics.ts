import type { Unit } from "@rollcall/contract";
import type { HolderCounts } from "@rollcall/ledger";
import { Counter, Gauge, type Aggregator, type Registry } from "prom-client";
import type { KeyFeed } from "../keys/key-feed.ts";
import type { LimitObserver } from "../keys/lease-admission.ts";

/** How several workers' gauges become one: of the others the worst is shown. */
const GATHERED: Readonly<Record<string, Aggregator>> = { keys: "min", keys_sequence: "min" };

/** What virtual keys add to the metrics, where the config has them. No key and no team is a label. */
export class KeyMetrics implements LimitObserver {
  readonly #refusals: Counter<"scope" | "unit">;

  constructor(
    registry: Registry,
    feed: Pick<KeyFeed, "ageMs" | "faults" | "freshness" | "keys" | "sequence">,
    holder: { readonly counts: HolderCounts },
  ) {
    const registers = [registry];
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `rollcall_gateway_${name}`,
        help,
        aggregator: GATHERED[name] ?? "max",
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge("keys", "Virtual keys known.", () => feed.keys?.size ?? 0);
    gauge("keys_age_seconds", "Time since the last update from control.", () => {
      const ageMs = feed.ageMs();
      return Number.isFinite(ageMs) ? ageMs / 1_000 : Number.NaN;
    });
    gauge("keys_sequence", "Number of the key set in use; 0: none yet.", () => feed.sequence);
    gauge("keys_stale", "1 where control was not heard of for three intervals.", () =>
      feed.freshness() === "fresh" ? 0 : 1,
    );
    const faults = new Counter({
      name: "rollcall_gateway_keys_faults_total",
      help: "Key sets that could not be used, since the start.",
      registers,
      collect: () => {
        faults.reset();
        faults.inc(feed.faults);
      },
    });
    const lent = new Counter({
      name: "rollcall_gateway_limit_lent_total",
      help: "Requests and slots that limits were not asked for, while control could not be reached.",
      registers,
      collect: () => {
        lent.reset();
        lent.inc(holder.counts.lent);
      },
    });
    this.#refusals = new Counter({
      name: "rollcall_gateway_limit_refusals_total",
      help: "Requests refused by a limit, by whose it is and what it limits.",
      labelNames: ["scope", "unit"],
      registers,
    });
    for (const unit of ["requests", "parallel"]) this.#refusals.inc({ scope: "api_key", unit }, 0);
  }

  limitRefused(scope: string, unit: Unit): void {
    this.#refusals.inc({ scope, unit });
  }
}
