import type { Scope, Unit } from "@rollcall/contract";
import { burstOf, msUntil, refilled } from "@rollcall/policy";
import type { HolderRecord } from "./holder-record.ts";
import type { Recall } from "./recall.ts";

/** Below this part of the burst a lease gets no more than is needed now. */
const SCARCE_SHARE = 0.05;

/** A holder's question that waits for an answer. */
export interface Asked {
  readonly holder: HolderRecord;
  readonly id: number;
  readonly needed: number;
  readonly wanted: number;
}

/** One scope in one unit: what is left, and who holds how much. Tokens held and left are never more than a burst. */
export class Entry {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly held = new Map<HolderRecord, number>();
  readonly asked: Asked[] = [];
  recall: Recall | null = null;
  #burstShare: number;
  #limit: number;
  #level: number;
  #at: number;

  /** Nothing of it was used yet. */
  constructor(of: { scope: Scope; unit: Unit; limit: number }, burstShare: number, now: number) {
    this.scope = of.scope;
    this.unit = of.unit;
    this.#limit = of.limit;
    this.#burstShare = burstShare;
    this.#level = this.burst;
    this.#at = now;
  }

  get limit(): number {
    return this.#limit;
  }

  get burst(): number {
    return burstOf(this.#limit, this.#burstShare);
  }

  get totalHeld(): number {
    let total = 0;
    for (const amount of this.held.values()) total += amount;
    return total;
  }

  /** Tokens that nobody holds. */
  level(now: number): number {
    if (this.unit === "parallel") return 0;
    const cap = Math.max(0, this.burst - this.totalHeld);
    this.#level = refilled(this.#level, now - this.#at, { limit: this.#limit, cap });
    this.#at = now;
    return this.#level;
  }

  /** What nobody holds; of slots below 0 where more are out there than there are. */
  left(now: number): number {
    return this.unit === "parallel" ? this.#limit - this.totalHeld : this.level(now);
  }

  /** Whole ones that can be granted; below 0: more slots are out there than there are. */
  available(now: number): number {
    return Math.floor(this.left(now));
  }

  /** A key set has another limit for it: from now on the bucket fills at that rate. A full one stays full. */
  setLimit(limit: number, now: number): void {
    if (limit === this.#limit) return;
    const wasFull = this.level(now) >= Math.max(0, this.burst - this.totalHeld);
    this.#limit = limit;
    if (wasFull) this.#level = Math.max(0, this.burst - this.totalHeld);
  }

  /** As much of `wanted` as is no loss for others, and at least `needed` if it is there. */
  grant({ holder, needed, wanted }: Asked, now: number): number {
    const available = this.available(now);
    const amount = Math.max(
      0,
      Math.min(available, Math.max(needed, this.#spared(needed, wanted, available))),
    );
    if (amount === 0) return 0;
    this.held.set(holder, (this.held.get(holder) ?? 0) + amount);
    if (this.unit === "requests") this.#level -= amount;
    return amount;
  }

  /** What a holder holds is less by tokens that it spent. What it spent beyond is taken from those that are left. */
  spend(holder: HolderRecord, used: number, now: number): void {
    if (used === 0) return;
    this.level(now);
    const left = (this.held.get(holder) ?? 0) - used;
    this.#hold(holder, left);
    if (left < 0) this.#level = Math.max(0, this.#level + left);
  }

  giveBack(holder: HolderRecord, amount: number, now: number): void {
    const held = this.held.get(holder) ?? 0;
    const back = Math.min(held, amount);
    this.level(now);
    this.#hold(holder, held - back);
    if (this.unit === "requests") this.#level += back;
  }

  /** After a reconnection: `amount` is held and `used` was spent; what the ledger did not know of comes out of what is left. */
  resume(holder: HolderRecord, of: { amount: number; used: number }, now: number): void {
    this.level(now);
    const known = this.held.get(holder) ?? 0;
    if (this.unit === "requests") {
      this.#level = Math.max(0, this.#level + Math.min(0, known - of.used - of.amount));
    }
    this.#hold(holder, of.amount);
  }

  /** The holder is gone: its slots are free, its tokens count as spent. */
  drop(holder: HolderRecord, now: number): void {
    this.level(now);
    this.#hold(holder, 0);
  }

  /** As a journal had it. */
  restore(of: { level: number; elapsedMs: number }, now: number): void {
    const cap = Math.max(0, this.burst - this.totalHeld);
    this.#level = refilled(of.level, of.elapsedMs, { limit: this.#limit, cap });
    this.#at = now;
  }

  retryAfterMs(now: number): number | null {
    if (this.unit === "parallel") return null;
    const wait = msUntil(1, this.level(now), this.#limit);
    return Number.isFinite(wait) ? Math.max(1, wait) : null;
  }

  /** It is as one that was never asked for. */
  isForgettable(now: number): boolean {
    if (this.held.size > 0 || this.asked.length > 0 || this.recall !== null) return false;
    return this.unit === "parallel" || this.level(now) >= this.burst;
  }

  #spared(needed: number, wanted: number, available: number): number {
    if (this.unit === "parallel") return Math.min(wanted, Math.max(needed, available >> 1));
    return Math.min(wanted, Math.floor(available - this.burst * SCARCE_SHARE));
  }

  #hold(holder: HolderRecord, amount: number): void {
    if (amount > 0) this.held.set(holder, amount);
    else this.held.delete(holder);
  }
}
