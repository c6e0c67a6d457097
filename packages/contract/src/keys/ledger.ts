/**
 * The ledger's protocol, as it goes through every carrier. The ledger owns what is left of each scope; holders (a gateway
 * worker each) take leases from it, so that a request asks nobody. Messages of one connection keep their order. Durations
 * are milliseconds; no epoch times travel.
 */

/** `requests`: tokens of a bucket that fills by the minute. `parallel`: slots, given back when the request ends. */
export type Unit = "requests" | "parallel";

/**
 * What is limited: `global`, `team:ID`, `member:TEAM/USER`, `user:ID`, `key:ID`, `model:ALIAS`, and each of the others with
 * one model: `key:ID/model:ALIAS`. Ids and aliases are percent-encoded.
 */
export type Scope = string;

/** From a holder. `used`: tokens that were spent since it was last told; always 0 for slots. */
export type ToLedger =
  /** First of all on a connection. */
  | { readonly kind: "hello"; readonly holder: string }
  /** The answer to `welcome`: all that it holds. What it does not name it does not hold. */
  | { readonly kind: "holding"; readonly leases: readonly HeldLease[] }
  /**
   * `needed`: requests that wait for it; with 0 it is a wish, which takes from nobody and is never refused. `wanted`: as
   * many as would cover what it foresees. `limit`: as the holder's key set has it. `id` joins the answer to it.
   */
  | {
      readonly kind: "take";
      readonly id: number;
      readonly scope: Scope;
      readonly unit: Unit;
      readonly limit: number;
      readonly used: number;
      readonly needed: number;
      readonly wanted: number;
    }
  /** Not used, and not needed soon; or the one answer to the recall of that id, with 0 where all is in use. */
  | {
      readonly kind: "return";
      readonly scope: Scope;
      readonly unit: Unit;
      readonly used: number;
      readonly amount: number;
      readonly recall: number | null;
    }
  /** Every few seconds, empty or not: a sign of life, by which its leases go on. */
  | { readonly kind: "used"; readonly entries: readonly UsedTokens[] }
  /** It ends and holds nothing, or has died, as its host says in its name. */
  | { readonly kind: "gone" };

export interface UsedTokens {
  readonly scope: Scope;
  readonly used: number;
}

export interface HeldLease {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  /** Tokens not spent; slots in use or not. */
  readonly amount: number;
  readonly used: number;
}

/** To a holder. */
export type FromLedger =
  /** `epoch`: another one is another run of the ledger. `holders`: that it knows of, this one included. */
  | { readonly kind: "welcome"; readonly epoch: string; readonly holders: number }
  | {
      readonly kind: "granted";
      readonly id: number;
      /** May be less than needed: as many as there were. */
      readonly amount: number;
      /** What is left of the scope for all, after this. */
      readonly remaining: number;
      /** How long the lease outlives the last sign of life. */
      readonly validMs: number;
    }
  /** The answer to `used`. */
  | { readonly kind: "alive"; readonly holders: number }
  /** Nothing is left, with what other holders gave back too. `retryAfterMs`: when one will be; null: nobody knows. */
  | { readonly kind: "refused"; readonly id: number; readonly retryAfterMs: number | null }
  /** Others want it: give back what is not in use, in one `return` that names the id. */
  | { readonly kind: "recall"; readonly id: number; readonly scope: Scope; readonly unit: Unit };
