import type { Reason } from "@rollcall/contract";
import {
  CLOSED,
  mayPass,
  onFault,
  onInconclusive,
  onSend,
  onSuccess,
  type Breaker,
} from "./routing/breaker.ts";
import type { Evidence } from "./routing/decide.ts";

/** A breaker for every deployment that has ever failed. Outlives reloads: it belongs to the id. */
export class Breakers {
  readonly #byId = new Map<string, Breaker>();

  /** Null: nothing against sending there. An open breaker is a suspicion: the last candidate is not given up for it. */
  get(id: string, now: number): Evidence | null {
    const breaker = this.#byId.get(id);
    return breaker === undefined || mayPass(breaker, now)
      ? null
      : { definite: false, reason: breaker.reason };
  }

  sent(id: string, now: number): void {
    this.#change(id, (breaker) => onSend(breaker, now));
  }

  succeeded(id: string): void {
    this.#change(id, onSuccess);
  }

  inconclusive(id: string): void {
    this.#change(id, onInconclusive);
  }

  failed(id: string, reason: Reason, now: number): void {
    this.#byId.set(id, onFault(this.#byId.get(id) ?? CLOSED, reason, now));
  }

  /** The ids whose breaker is open now, with the reason. */
  open(now: number): [string, Evidence][] {
    return [...this.#byId.keys()].flatMap((id): [string, Evidence][] => {
      const evidence = this.get(id, now);
      return evidence === null ? [] : [[id, evidence]];
    });
  }

  /** The way of almost every request: no breaker, nothing to do. */
  #change(id: string, step: (breaker: Breaker) => Breaker): void {
    const breaker = this.#byId.get(id);
    if (breaker !== undefined) this.#byId.set(id, step(breaker));
  }
}
