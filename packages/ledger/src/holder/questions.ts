import type { Clock } from "@rollcall/contract";
import type { LinkToLedger, Timers } from "../ports.ts";
import type { Account } from "./account.ts";

/** Between a refusal and the next question about its scope. */
const PACE_MS = 20;

/** What the holder asks the ledger: for each account one question at a time. */
export class Questions {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #asked = new Map<number, Account>();
  #lastId = 0;
  /** To a ledger that knows what is held here; null: nothing is asked. */
  link: LinkToLedger | null = null;

  constructor({ clock, timers }: { clock: Clock; timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** For those that wait there, and `ahead` that will. Where a question is under way its answer leads to the next. */
  ask(account: Account, ahead: number): void {
    const { inquiry } = account;
    if (inquiry.id !== 0 || this.link === null) return;
    const wait = inquiry.notBefore - this.#clock.monotonic();
    if (wait > 0) this.#askLater(account, wait);
    else this.#send(account, Math.max(1, account.waiting.length + ahead));
  }

  /** For more than it has, as nobody waits for yet. */
  wish(account: Account): void {
    if (account.inquiry.id === 0 && this.link !== null) this.#send(account, 0);
  }

  answered(id: number): Account | null {
    const account = this.#asked.get(id);
    if (account === undefined) return null;
    this.#asked.delete(id);
    account.inquiry.id = 0;
    return account;
  }

  /** Nothing was left: the next question is one for all that come soon. */
  pace({ inquiry }: Account): void {
    inquiry.notBefore = this.#clock.monotonic() + PACE_MS;
  }

  /** The link is gone: no answer will come. */
  forget(accounts: Iterable<Account>): void {
    this.#asked.clear();
    for (const { inquiry } of accounts) inquiry.id = 0;
  }

  #askLater(account: Account, ms: number): void {
    const { inquiry } = account;
    if (inquiry.isPaced) return;
    inquiry.isPaced = true;
    this.#timers.after(ms, () => {
      inquiry.isPaced = false;
      if (account.waiting.length > 0) this.ask(account, 0);
    });
  }

  #send(account: Account, needed: number): void {
    const { scope, unit, limit, inquiry } = account;
    const used = account.takeUntold();
    const id = (this.#lastId += 1);
    inquiry.id = id;
    this.#asked.set(id, account);
    for (const waiter of account.waiting) waiter.question = id;
    const wanted = Math.max(needed, this.#foreseen(account));
    this.link?.send({ kind: "take", id, scope, unit, limit, used, needed, wanted });
  }

  #foreseen({ unit, limit, idle, inUse, inquiry, outlook }: Account): number {
    if (unit === "parallel") return inUse >> 1;
    return Math.min(outlook.most(limit), inquiry.wanted(this.#clock.monotonic())) - idle;
  }
}
