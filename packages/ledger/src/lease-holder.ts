import type { Unit, Scope } from "@rollcall/contract";
import type { Demand } from "@rollcall/policy";

/** What a gateway worker admits requests with. */
export interface LeaseHolder {
  /**
   * Once for each request that goes to a backend, whatever attempts it takes; all of the demands or none. `done` is called
   * once: before this returns where held leases suffice, else within 250 ms. It is handed the reservation, which has to be
   * settled, or the refusal, which counts nowhere. Demands keep the order of `demandsOf`, and are kept by reference.
   */
  reserve(demands: readonly Demand[], done: (answer: Reserved | LimitRefusal) => void): Cancelable;
}

export interface Reserved {
  readonly kind: "reserved";
  /** At the end of the request; later calls do nothing. `unused`: nothing reached a backend, or nothing came back by no
   * fault of the app's: the request counts nowhere. */
  settle(outcome: "used" | "unused"): void;
  /** Did it take something of the scope that it has not given back? */
  holds(scope: Scope): boolean;
  /** Gives back, as unused, what it took of other scopes than these. */
  keepOnly(demands: readonly Demand[]): void;
  /** Of the scopes with a limit of that unit the one with the smallest part left; null: none has one. Computed when called. */
  tightest(unit: Unit): Tightest | null;
}

export interface Tightest {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  /** For all holders, as far as this one knows: at least 0. */
  readonly remaining: number;
  /** Until a burst is whole again; 0 for slots. */
  readonly resetMs: number;
}

export type LimitRefusal =
  /** `retryAfterMs`: when one will be left, at least 1; null: when another request ends. */
  | {
      readonly kind: "limited";
      readonly scope: Scope;
      readonly unit: Unit;
      readonly limit: number;
      readonly retryAfterMs: number | null;
    }
  /** The limit is 0. */
  | { readonly kind: "never_fits"; readonly scope: Scope; readonly unit: Unit; readonly limit: number };

export interface Cancelable {
  /** Nobody waits any more: `done` is not called, and what was taken goes back. After `done` it does nothing. */
  cancel(): void;
}
