import { Counter, Gauge, Registry } from "prom-client";

/** What Prometheus reads. Labels are routes of the table and statuses: nothing that a client sends. */
export class ControlMetrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "rollcall_control_requests_total",
    help: "Admin requests by route and status.",
    labelNames: ["route", "status"],
    registers: [this.registry],
  });
  readonly #commits = new Counter({
    name: "rollcall_control_changes_total",
    help: "Changes that were written, each with its audit entries.",
    registers: [this.registry],
  });
  readonly #faults = new Counter({
    name: "rollcall_control_store_faults_total",
    help: "Commits that failed; nothing of them was changed.",
    registers: [this.registry],
  });

  constructor(keys: () => number) {
    void new Gauge({
      name: "rollcall_control_keys",
      help: "Virtual keys that are not deleted.",
      registers: [this.registry],
      collect() {
        this.set(keys());
      },
    });
  }

  adminAnswered(route: string, status: number): void {
    this.#requests.inc({ route, status: String(status) });
  }

  committed(changes: number): void {
    this.#commits.inc(changes);
  }

  storeFailed(): void {
    this.#faults.inc();
  }
}
