import type { Scope, Unit } from "@rollcall/contract";
import { msUntil, type Demand } from "@rollcall/policy";
import type { Reserved, Tightest } from "../lease-holder.ts";
import type { Account } from "./account.ts";

/** Who is told that something is free again. */
export interface Releases {
  readonly turn: number;
  monotonic(): number;
  released(account: Account): void;
}

/** What one request takes, in the order of its demands; never a later one before an earlier. */
export class Reservation implements Reserved {
  readonly kind = "reserved";
  accounts: Account[] = [];
  readonly #holder: Releases;
  /** So many of the accounts have given. */
  #taken = 0;

  constructor(holder: Releases) {
    this.#holder = holder;
  }

  /** Takes from one after the other; stops at the first that has none. Null: it has all. */
  takeFree(): Account | null {
    const { accounts } = this;
    for (let index = this.#taken; index < accounts.length; index += 1) {
      const account = accounts[index] as Account;
      if (!account.isFree) return account;
      account.take(this.#holder.turn);
      this.#taken = index + 1;
    }
    return null;
  }

  /** The one that it stopped at has one for it. */
  takeNext(): void {
    this.accounts[this.#taken]?.take(this.#holder.turn);
    this.#taken += 1;
  }

  lendNext(): void {
    this.accounts[this.#taken]?.lend(this.#holder.turn);
    this.#taken += 1;
  }

  /** Those that it has not come to. */
  beyondNext(): readonly Account[] {
    return this.accounts.slice(this.#taken + 1);
  }

  settle(outcome: "used" | "unused"): void {
    const { accounts } = this;
    const taken = this.#taken;
    this.#taken = 0;
    for (let index = 0; index < taken; index += 1) {
      const account = accounts[index] as Account;
      if (account.settle(outcome === "used")) this.#holder.released(account);
    }
  }

  holds(scope: Scope): boolean {
    return this.accounts.some((account, index) => index < this.#taken && account.scope === scope);
  }

  keepOnly(demands: readonly Demand[]): void {
    const others: Account[] = [];
    const kept: Account[] = [];
    for (const account of this.accounts.slice(0, this.#taken)) {
      const isKept = demands.some(({ scope }) => scope === account.scope);
      (isKept ? kept : others).push(account);
    }
    this.accounts = kept;
    this.#taken = kept.length;
    for (const account of others) if (account.settle(false)) this.#holder.released(account);
  }

  tightest(unit: Unit): Tightest | null {
    let tightest: Tightest | null = null;
    for (const account of this.accounts) {
      if (account.unit !== unit) continue;
      const found = standingOf(account, this.#holder.monotonic());
      if (tightest === null || found.remaining * tightest.limit < tightest.remaining * found.limit) {
        tightest = found;
      }
    }
    return tightest;
  }
}

function standingOf({ scope, unit, limit, idle, outlook }: Account, now: number): Tightest {
  const left = outlook.left(limit, now) + idle;
  const most = outlook.most(limit);
  return {
    scope,
    unit,
    limit,
    remaining: Math.floor(Math.min(left, most)),
    resetMs: unit === "requests" ? msUntil(most, Math.min(left, most), limit) : 0,
  };
}
