import type { Unit } from "@rollcall/contract";
import { burstOf, msUntil, refilled } from "@rollcall/policy";

/** How long a lost ledger is taken for one that restarts: what was left for all is this holder's, at the whole rate. */
export const GRACE_MS = 10_000;

/** The link to the ledger, as what is lent without it depends on it. */
export interface Loss {
  /** When it was lost; null while it stands. */
  readonly at: number | null;
  /** That the ledger last knew of. */
  readonly holders: number;
}

/**
 * What one scope has left for all holders, as far as this one knows: for headers, and to lend from while the ledger cannot
 * be reached. Times are monotonic milliseconds.
 */
export class Outlook {
  readonly #unit: Unit;
  readonly #burstShare: number;
  #left: number;
  #at: number;

  /** A scope that nobody has told of is taken for unused. */
  constructor(of: { unit: Unit; limit: number; burstShare: number }, now: number) {
    this.#unit = of.unit;
    this.#burstShare = of.burstShare;
    this.#left = this.most(of.limit);
    this.#at = now;
  }

  /** Of tokens a burst, of slots all. */
  most(limit: number): number {
    return this.#unit === "requests" ? burstOf(limit, this.#burstShare) : limit;
  }

  /** As the ledger says. */
  note(left: number, now: number): void {
    this.#left = left;
    this.#at = now;
  }

  left(limit: number, now: number): number {
    if (this.#unit === "parallel") return Math.max(0, this.#left);
    return Math.max(0, refilled(this.#left, now - this.#at, { limit, cap: this.most(limit) }));
  }

  /** A token without a lease: 0 if there is one, else after how many milliseconds there will be. `perMinute`: of this holder. */
  lendToken(limit: number, of: { perMinute: number; loss: Loss; now: number }): number {
    const cap = this.most(limit);
    const graceEnd = Math.max(this.#at, (of.loss.at ?? of.now) + GRACE_MS);
    const whole = Math.min(of.now, graceEnd);
    const share = Math.min(limit, Math.max(1, limit / of.loss.holders, of.perMinute));
    const then = refilled(this.#left, whole - this.#at, { limit, cap });
    this.#left = refilled(then, of.now - whole, { limit: share, cap });
    this.#at = of.now;
    if (this.#left < 1) return msUntil(1, this.#left, of.now < graceEnd ? limit : share);
    this.#left -= 1;
    return 0;
  }

  /** May one slot more than the lease be used? `leased`: slots of the lease; `inUse`: with those that were lent. */
  lendsSlot(limit: number, of: { leased: number; inUse: number; loss: Loss; now: number }): boolean {
    const isGrace = of.now < (of.loss.at ?? of.now) + GRACE_MS;
    const share = Math.max(1, Math.ceil(limit / of.loss.holders), of.leased);
    return of.inUse < Math.min(limit, isGrace ? Math.max(share, of.leased + this.#left) : share);
  }
}
