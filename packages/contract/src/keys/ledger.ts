/**
 * The ledger's protocol, as it goes through every carrier. The ledger owns what is left of each scope; holders (a gateway
 * worker each) take leases from it, so that a request asks nobody. Durations are milliseconds; no epoch times travel.
 */

/** `requests`: tokens of a bucket that fills by the minute. `parallel`: slots, given back when the request ends. */
export type Unit = "requests" | "parallel";

/**
 * What is limited: `global`, `team:ID`, `member:TEAM/USER`, `user:ID`, `key:ID`, `model:ALIAS`, and each of the others with
 * one model: `key:ID/model:ALIAS`.
 */
export type Scope = string;

/** From a holder. `id` joins an answer to its question. */
export type ToLedger =
  /** First of all, and after every reconnection: what it still holds. */
  | { readonly kind: "hello"; readonly holder: string; readonly held: readonly HeldLease[] }
  /** `wanted`: as many as would cover what it foresees, at least `needed`. `limit`: as the holder's key set has it. */
  | {
      readonly kind: "take";
      readonly id: number;
      readonly scope: Scope;
      readonly unit: Unit;
      readonly limit: number;
      readonly needed: number;
      readonly wanted: number;
    }
  /** Not used, and not needed soon. */
  | {
      readonly kind: "return";
      readonly scope: Scope;
      readonly unit: Unit;
      readonly amount: number;
      /** The lease is one of this epoch; others are worth nothing any more. */
      readonly epoch: string;
    };

export interface HeldLease {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  readonly amount: number;
  readonly epoch: string;
}

/** To a holder. */
export type FromLedger =
  | { readonly kind: "welcome"; readonly epoch: string }
  | {
      readonly kind: "granted";
      readonly id: number;
      readonly epoch: string;
      readonly amount: number;
      /** What is left of the scope for all, after this. */
      readonly remaining: number;
      /** After which it is to be given back or asked for again. */
      readonly validMs: number;
    }
  /** Nothing is left, with what other holders gave back too. `retryAfterMs`: when one will be; null: nobody knows. */
  | { readonly kind: "refused"; readonly id: number; readonly retryAfterMs: number | null }
  /** Others want it: give back what is not in use. */
  | { readonly kind: "recall"; readonly scope: Scope; readonly unit: Unit };
