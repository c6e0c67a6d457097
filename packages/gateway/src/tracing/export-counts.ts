import { Counter, type Registry } from "prom-client";
import type { TraceDestination } from "@rollcall/contract";

/** Why a span does not reach its destination. */
export type DropReason = "queue_full" | "export_failed";

/** What becomes of spans: there from the moment on that the first are kept. */
export class ExportCounts {
  readonly #exported: Counter;
  readonly #dropped: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#exported = new Counter({
      name: "rollcall_gateway_spans_exported_total",
      help: "Spans that a destination has taken.",
      labelNames: ["destination"],
      registers,
    });
    this.#dropped = new Counter({
      name: "rollcall_gateway_spans_dropped_total",
      help: "Spans that did not reach a destination: queue_full, export_failed.",
      labelNames: ["destination", "reason"],
      registers,
    });
  }

  begin(destination: TraceDestination["name"]): void {
    this.exported(destination, 0);
    for (const reason of ["queue_full", "export_failed"] as const) this.dropped(destination, reason, 0);
  }

  exported(destination: TraceDestination["name"], spans: number): void {
    this.#exported.inc({ destination }, spans);
  }

  dropped(destination: TraceDestination["name"], reason: DropReason, spans: number): void {
    this.#dropped.inc({ destination, reason }, spans);
  }
}
