import type { Limits, Scope, Unit } from "@rollcall/contract";
import type { Cancelable } from "../pipeline/cancelable.ts";

/** One for each scope that has a limit. */
export interface Demand {
  readonly scope: Scope;
  readonly limits: Limits;
}

/** Reserves in all scopes or in none. */
export interface LeaseHolder {
  /** `done` is called at once where held leases suffice, else within 250 ms. */
  reserve(demands: readonly Demand[], done: (result: Reserved | LimitRefusal) => void): Cancelable;
}

export interface Reserved {
  readonly kind: "reserved";
  /** "unused": what was taken is given back whole. */
  settle(outcome: "used" | "unused"): void;
  /** Of the scopes with a limit of that unit the one with the smallest part left; null: none has one. */
  tightest(unit: Unit): Tightest | null;
}

export interface Tightest {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

export type LimitRefusal =
  | {
      readonly kind: "limited";
      readonly scope: Scope;
      readonly unit: Unit;
      readonly limit: number;
      /** Null: when another request ends. */
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "never_fits"; readonly scope: Scope; readonly unit: Unit; readonly limit: number };
