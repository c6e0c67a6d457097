import type { Clock, Scope, Unit } from "@rollcall/contract";
import type { Demand } from "@rollcall/policy";
import { Account } from "./account.ts";

/** Turns without a use, after which what is idle goes back. */
const IDLE_TURNS = 15;

type OfScope = Record<Unit, Account | null>;

/** The scopes that requests of late were for. */
export class Accounts {
  readonly #clock: Clock;
  readonly #burstShare: number;
  readonly #onLimit: (account: Account) => void;
  readonly #scopes = new Map<Scope, OfScope>();
  turn = 0;

  /** `onLimit`: the limit is another one than it was. */
  constructor(of: { clock: Clock; burstShare: number }, onLimit: (account: Account) => void) {
    this.#clock = of.clock;
    this.#burstShare = of.burstShare;
    this.#onLimit = onLimit;
  }

  get(scope: Scope, unit: Unit): Account | null {
    return this.#scopes.get(scope)?.[unit] ?? null;
  }

  /** What the demand takes from goes to the end of `found`. */
  find({ scope, limits }: Demand, found: Account[]): void {
    let of = this.#scopes.get(scope);
    if (of === undefined) {
      of = { requests: null, parallel: null };
      this.#scopes.set(scope, of);
    }
    if (limits.rpm !== null) {
      const account = (of.requests ??= this.#open(scope, "requests", limits.rpm));
      if (account.limit !== limits.rpm) this.#change(account, limits.rpm);
      found.push(account);
    }
    if (limits.parallel !== null) {
      const account = (of.parallel ??= this.#open(scope, "parallel", limits.parallel));
      if (account.limit !== limits.parallel) this.#change(account, limits.parallel);
      found.push(account);
    }
  }

  *all(): Generator<Account> {
    for (const { requests, parallel } of this.#scopes.values()) {
      if (requests !== null) yield requests;
      if (parallel !== null) yield parallel;
    }
  }

  isIdle(account: Account): boolean {
    return this.turn - account.turn > IDLE_TURNS && account.waiting.length === 0 && account.inquiry.id === 0;
  }

  /** Those that nobody uses and that hold nothing are forgotten. */
  forgetIdle(): void {
    for (const [scope, { requests, parallel }] of this.#scopes) {
      if (this.#isForgettable(requests) && this.#isForgettable(parallel)) this.#scopes.delete(scope);
    }
  }

  #isForgettable(account: Account | null): boolean {
    return (
      account === null ||
      (this.isIdle(account) && account.idle === 0 && account.inUse === 0 && account.untold === 0)
    );
  }

  #open(scope: Scope, unit: Unit, limit: number): Account {
    const burstShare = this.#burstShare;
    const account = new Account({ scope, unit, limit, burstShare }, this.#clock.monotonic());
    account.turn = this.turn;
    return account;
  }

  #change(account: Account, limit: number): void {
    account.limit = limit;
    this.#onLimit(account);
  }
}
