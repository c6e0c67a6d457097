import type { Clock, FromLedger } from "@rollcall/contract";
import { BURST_SHARE, type Demand } from "@rollcall/policy";
import type { Cancelable, LeaseHolder, LimitRefusal, Reserved } from "../lease-holder.ts";
import type { HolderEnd, LinkToLedger, Timers } from "../ports.ts";
import type { Account } from "./account.ts";
import { Accounts } from "./accounts.ts";
import type { Loss } from "./outlook.ts";
import { Pending, type Steps } from "./pending.ts";
import { Questions } from "./questions.ts";
import { Reservation, type Releases } from "./reservation.ts";

/** The longest that a request waits for the ledger. */
export const WAIT_MS = 250;
const TURN_MS = 1_000;
/** Turns between two signs of life. */
const SIGN_TURNS = 5;

const NOTHING_TO_CANCEL: Cancelable = { cancel() {} };

export interface HolderOptions {
  /** Unique among the holders of a ledger, and the same after a reconnection: `host/pid/worker`. */
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Holders there will be, until a ledger says how many there are. */
  readonly expectedHolders?: number;
  /** As the ledger has it. */
  readonly burstShare?: number;
}

/** What the holder has seen, for metrics: counts since its start. */
export interface HolderCounts {
  /** Requests and slots that no lease covered, while the ledger could not be reached. */
  readonly lent: number;
}

/** Of one scope in one unit. `idle`: held and free. `inUse`: of requests under way. `lent`: slots of these without a lease. */
export type LeaseState = Readonly<Pick<Account, "scope" | "unit" | "limit" | "idle" | "inUse" | "lent">>;

/** Takes from the leases it holds, and asks the ledger for more. While that cannot be reached it lends a share. */
export class LeasingHolder implements LeaseHolder, HolderEnd, Releases {
  readonly #options: HolderOptions;
  readonly #accounts: Accounts;
  readonly #questions: Questions;
  #link: LinkToLedger | null = null;
  /** False once a ledger was lost or did not answer in time; no ledger yet is one that is waited for. */
  #isReachable = true;
  #loss: Loss;
  #lent = 0;
  #isRetiring = false;
  readonly #steps: Steps = { proceed: (pending) => this.#proceed(pending) };
  #stopTurns: () => void;

  constructor(options: HolderOptions) {
    this.#options = options;
    this.#loss = { at: null, holders: options.expectedHolders ?? 1 };
    this.#accounts = new Accounts(
      { clock: options.clock, burstShare: options.burstShare ?? BURST_SHARE },
      (account) => {
        this.#returnIdle(account);
      },
    );
    this.#questions = new Questions(options);
    this.#stopTurns = this.#afterTurn();
  }

  get turn(): number {
    return this.#accounts.turn;
  }

  get isReachable(): boolean {
    return this.#isReachable && this.#questions.link !== null;
  }

  get counts(): HolderCounts {
    return { lent: this.#lent };
  }

  /** What it has of each scope that was used lately. */
  *leases(): Generator<LeaseState> {
    for (const { scope, unit, limit, idle, inUse, lent } of this.#accounts.all()) {
      yield { scope, unit, limit, idle, inUse, lent };
    }
  }

  monotonic(): number {
    return this.#options.clock.monotonic();
  }

  reserve(demands: readonly Demand[], done: (answer: Reserved | LimitRefusal) => void): Cancelable {
    const reservation = new Reservation(this);
    const { accounts } = reservation;
    for (let index = 0; index < demands.length; index += 1) {
      this.#accounts.find(demands[index] as Demand, accounts);
    }
    if (reservation.takeFree() !== null) return this.#wait(reservation, done);
    for (let index = 0; index < accounts.length; index += 1) {
      const account = accounts[index] as Account;
      if (account.idle < account.low) this.#questions.wish(account);
    }
    done(reservation);
    return NOTHING_TO_CANCEL;
  }

  /** Of a reservation: something is free again. */
  released(account: Account): void {
    this.#serve(account);
    if (this.#isRetiring) this.#returnIdle(account);
  }

  connected(link: LinkToLedger): void {
    this.#link = link;
    link.send({ kind: "hello", holder: this.#options.name });
  }

  received(message: FromLedger): void {
    if (message.kind === "welcome") {
      this.#resume(message.holders);
      return;
    }
    if (this.#questions.link === null) return;
    this.#reached();
    if (message.kind === "alive") {
      this.#loss = { at: null, holders: message.holders };
      return;
    }
    if (message.kind === "recall") {
      this.#giveBack(message);
      return;
    }
    const account = this.#questions.answered(message.id);
    if (account === null) return;
    if (message.kind === "granted") this.#granted(account, message);
    else this.#refused(account, message);
    if (account.waiting.length > 0) this.#questions.ask(account, 0);
  }

  disconnected(): void {
    const wasWelcome = this.#questions.link !== null;
    this.#link = null;
    this.#questions.link = null;
    this.#questions.forget(this.#accounts.all());
    if (wasWelcome) this.#lose();
  }

  /** Gives back what no request uses, at once and from now on: another holder takes the requests to come. */
  retire(): void {
    this.#isRetiring = true;
    for (const account of this.#accounts.all()) this.#returnIdle(account);
  }

  /** Gives everything back and waits for nothing. Requests that are not settled are counted no more. */
  close(): void {
    this.#stopTurns();
    this.#link?.send({ kind: "gone" });
    this.disconnected();
  }

  #wait(reservation: Reservation, done: (answer: Reserved | LimitRefusal) => void): Cancelable {
    const pending = new Pending(reservation, done, this.#steps);
    pending.proceed();
    if (pending.isOver) return NOTHING_TO_CANCEL;
    pending.stopTimer = this.#options.timers.after(WAIT_MS, () => {
      this.#lose();
    });
    return pending;
  }

  /** As far as it goes without waiting. */
  #proceed(pending: Pending): void {
    const { reservation } = pending;
    for (;;) {
      const account = reservation.takeFree();
      if (account === null) {
        pending.admit();
        return;
      }
      if (account.limit < 1) {
        const { scope, unit, limit } = account;
        pending.deny({ kind: "never_fits", scope, unit, limit });
        return;
      }
      if (this.#isReachable) {
        account.waiting.push(pending);
        pending.question = 0;
        this.#questions.ask(account, 0);
        for (const later of reservation.beyondNext()) if (!later.isFree) this.#questions.ask(later, 1);
        return;
      }
      const retryAfterMs = this.#lend(account);
      if (retryAfterMs !== 0) {
        pending.deny(limited(account, retryAfterMs));
        return;
      }
      reservation.lendNext();
    }
  }

  /** 0: the account may give one that no lease covers. */
  #lend(account: Account): number | null {
    const now = this.monotonic();
    const { limit, inquiry, outlook } = account;
    const of = { loss: this.#loss, now };
    const wait =
      account.unit === "requests"
        ? outlook.lendToken(limit, { perMinute: inquiry.perMinute, ...of })
        : outlook.lendsSlot(limit, { leased: account.held, inUse: account.inUse, ...of })
          ? 0
          : null;
    if (wait === 0) this.#lent += 1;
    return wait;
  }

  #serve(account: Account): void {
    while (account.idle > 0) {
      const waiter = account.waiting.shift();
      if (waiter === undefined) return;
      waiter.takeNext();
      waiter.proceed();
    }
  }

  #granted(account: Account, { amount, remaining }: FromLedger & { kind: "granted" }): void {
    account.idle += amount;
    account.low = account.unit === "requests" ? account.idle >> 1 : 0;
    account.outlook.note(remaining, this.monotonic());
    this.#serve(account);
  }

  /** Those that came after the question was asked are in the next. */
  #refused(account: Account, { id, retryAfterMs }: FromLedger & { kind: "refused" }): void {
    account.outlook.note(0, this.monotonic());
    this.#questions.pace(account);
    const refused = account.waiting.filter(({ question }) => question === id);
    for (const waiter of refused) waiter.deny(limited(account, retryAfterMs));
  }

  #giveBack({ id, scope, unit }: FromLedger & { kind: "recall" }): void {
    const account = this.#accounts.get(scope, unit);
    const used = account?.takeUntold() ?? 0;
    const amount = account?.takeIdle() ?? 0;
    this.#questions.link?.send({ kind: "return", scope, unit, used, amount, recall: id });
  }

  #returnIdle(account: Account): void {
    const { link } = this.#questions;
    if (link === null || account.idle === 0) return;
    const { scope, unit } = account;
    const used = account.takeUntold();
    link.send({ kind: "return", scope, unit, used, amount: account.takeIdle(), recall: null });
  }

  #resume(holders: number): void {
    if (this.#link === null) return;
    this.#loss = { at: this.#loss.at, holders };
    this.#questions.link = this.#link;
    const leases = [];
    for (const account of this.#accounts.all()) {
      const { scope, unit, limit, held } = account;
      const used = account.takeUntold();
      if (held > 0 || used > 0) leases.push({ scope, unit, limit, amount: held, used });
    }
    this.#link.send({ kind: "holding", leases });
    this.#reached();
    for (const account of this.#accounts.all())
      if (account.waiting.length > 0) this.#questions.ask(account, 0);
  }

  #reached(): void {
    this.#isReachable = true;
    if (this.#loss.at !== null) this.#loss = { at: null, holders: this.#loss.holders };
  }

  /** Whoever waits is served from this holder's share. */
  #lose(): void {
    if (this.#isReachable) this.#loss = { at: this.monotonic(), holders: this.#loss.holders };
    this.#isReachable = false;
    for (const account of this.#accounts.all()) {
      for (const waiter of account.waiting.splice(0)) waiter.proceed();
    }
  }

  #afterTurn(): () => void {
    return this.#options.timers.after(TURN_MS, () => {
      this.#nextTurn();
      this.#stopTurns = this.#afterTurn();
    });
  }

  #nextTurn(): void {
    this.#accounts.turn += 1;
    const { link } = this.#questions;
    if (link === null) return;
    const entries = [];
    for (const account of this.#accounts.all()) {
      if (this.#isRetiring || this.#accounts.isIdle(account)) this.#returnIdle(account);
      if (account.untold !== 0) entries.push({ scope: account.scope, used: account.takeUntold() });
    }
    if (entries.length > 0 || this.turn % SIGN_TURNS === 0) link.send({ kind: "used", entries });
    this.#accounts.forgetIdle();
  }
}

function limited({ scope, unit, limit }: Account, retryAfterMs: number | null): LimitRefusal {
  const wait = retryAfterMs === null ? null : Math.max(1, retryAfterMs);
  return { kind: "limited", scope, unit, limit, retryAfterMs: wait };
}
