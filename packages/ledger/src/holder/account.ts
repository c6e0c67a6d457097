import type { Scope, Unit } from "@rollcall/contract";
import type { LimitRefusal } from "../lease-holder.ts";
import { Inquiry } from "./inquiry.ts";
import { Outlook } from "./outlook.ts";

/** A request that waits for one of an account's. */
export interface Waiter {
  /** The question that asks for it; 0: none yet. */
  question: number;
  /** There is one for it. */
  takeNext(): void;
  /** On to its next account. */
  proceed(): void;
  deny(refusal: LimitRefusal): void;
}

/** What one holder has of one scope. */
export class Account {
  readonly scope: Scope;
  readonly unit: Unit;
  limit: number;
  /** Tokens or slots of the lease that are free. */
  idle = 0;
  /** Requests that took one here and are not settled. */
  inUse = 0;
  /** Of those, slots that no lease covers: lent while the ledger was away. They are gone once they are free. */
  lent = 0;
  /** Tokens spent since the ledger was last told, lent ones included. */
  untold = 0;
  /** Fewer than this idle: ask for more, while there still are some. */
  low = 0;
  /** The holder's turn in which it was last used. */
  turn = 0;
  readonly waiting: Waiter[] = [];
  readonly inquiry: Inquiry;
  readonly outlook: Outlook;

  constructor(of: { scope: Scope; unit: Unit; limit: number; burstShare: number }, now: number) {
    this.scope = of.scope;
    this.unit = of.unit;
    this.limit = of.limit;
    this.inquiry = new Inquiry(now);
    this.outlook = new Outlook(of, now);
  }

  /** There is one, and nobody came before. */
  get isFree(): boolean {
    return this.idle > 0 && this.waiting.length === 0;
  }

  take(turn: number): void {
    this.idle -= 1;
    this.inUse += 1;
    this.turn = turn;
    if (this.unit === "requests") this.untold += 1;
  }

  /** One that no lease covers. */
  lend(turn: number): void {
    this.inUse += 1;
    this.turn = turn;
    if (this.unit === "requests") this.untold += 1;
    else this.lent += 1;
  }

  /** The request is over, or never was. Is one free now that was not? */
  settle(wasUsed: boolean): boolean {
    this.inUse -= 1;
    if (this.unit === "requests") {
      if (wasUsed) return false;
      this.untold -= 1;
      this.idle += 1;
      return true;
    }
    if (this.lent > 0) {
      this.lent -= 1;
      return false;
    }
    this.idle += 1;
    return true;
  }

  /** Of its lease: what the ledger counts as held here, but for spent tokens. */
  get held(): number {
    return this.unit === "requests" ? this.idle : this.idle + this.inUse - this.lent;
  }

  /** What the ledger is to be told; it counts as told. */
  takeUntold(): number {
    const { untold } = this;
    this.inquiry.admitted(untold);
    this.untold = 0;
    return untold;
  }

  takeIdle(): number {
    const { idle } = this;
    this.idle = 0;
    this.low = 0;
    return idle;
  }
}
