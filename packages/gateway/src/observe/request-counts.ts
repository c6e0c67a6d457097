import { Counter, type Registry } from "prom-client";

/** Requests by alias, endpoint and status. Counted in plain maps, since prom-client makes a text of all labels for every count. */
export class RequestCounts {
  readonly #counter: Counter<"alias" | "endpoint" | "status">;
  readonly #byAlias = new Map<string, Map<string, Map<number, number>>>();

  constructor(registers: Registry[]) {
    this.#counter = new Counter({
      name: "rollcall_gateway_requests_total",
      help: "Requests by alias, endpoint and status; the alias of a name that the config does not have is empty.",
      labelNames: ["alias", "endpoint", "status"],
      registers,
      collect: () => this.#collect(),
    });
  }

  add(alias: string, endpoint: string, status: number): void {
    const byStatus = this.#of(alias, endpoint);
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }

  /** Shows the successful ones from now on, though there are none yet. */
  begin(alias: string, endpoint: string): void {
    this.#counter.inc({ alias, endpoint, status: 200 }, 0);
  }

  #of(alias: string, endpoint: string): Map<number, number> {
    let byEndpoint = this.#byAlias.get(alias);
    if (byEndpoint === undefined) this.#byAlias.set(alias, (byEndpoint = new Map()));
    let byStatus = byEndpoint.get(endpoint);
    if (byStatus === undefined) byEndpoint.set(endpoint, (byStatus = new Map()));
    return byStatus;
  }

  #collect(): void {
    for (const [alias, byEndpoint] of this.#byAlias)
      for (const [endpoint, byStatus] of byEndpoint) {
        for (const [status, count] of byStatus) this.#counter.inc({ alias, endpoint, status }, count);
        byStatus.clear();
      }
  }
}
