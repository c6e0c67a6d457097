import type { Gateway } from "../gateway.ts";
import type { Dice } from "../routing/choose.ts";
import type { Evidence, Situation } from "../routing/decide.ts";
import type { View } from "../view.ts";

/** A deployment that just came back takes at least this part of its share, or it would never be seen to work. */
const COLDEST = 0.1;

/** All that a decision depends on, worked out only where it is asked for. */
export class RequestSituation implements Situation, Dice {
  readonly #gateway: Gateway;
  readonly #view: View;
  readonly prefix: () => number;

  constructor(gateway: Gateway, view: View, prefix: () => number) {
    this.#gateway = gateway;
    this.#view = view;
    this.prefix = prefix;
  }

  get table() {
    return this.#view.table;
  }

  get stateHolds(): boolean {
    return this.#view.config.state.onStale === "keep" || this.#gateway.feed.freshness() === "fresh";
  }

  get dice(): Dice {
    return this;
  }

  get strategy() {
    return this.#view.config.strategy;
  }

  evidence(id: string): Evidence | null {
    const { breakers, clock, ejections } = this.#gateway;
    return ejections.get(id, clock.monotonic()) ?? breakers.get(id, clock.monotonic());
  }

  random(): number {
    return this.#gateway.random();
  }

  warmth(id: string): number {
    const { slowStartMs } = this.#view.config.gateway;
    const since = this.#view.table.since.get(id);
    if (since === undefined || slowStartMs === 0) return 1;
    return Math.min(1, Math.max(COLDEST, (this.#gateway.clock.now() - since) / slowStartMs));
  }

  inFlight(id: string): number {
    return this.#gateway.inFlight.count(id);
  }

  latency(id: string): number | null {
    return this.#gateway.traffic.latency(id);
  }

  recent(id: string): number {
    return this.#gateway.traffic.recent(id, this.#gateway.clock.monotonic());
  }
}
