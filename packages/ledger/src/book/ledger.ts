import type { Clock, HeldLease, Scope, ToLedger, Unit } from "@rollcall/contract";
import { BURST_SHARE } from "@rollcall/policy";
import type { AcceptsHolders, LedgerEnd, LinkToHolder, Timers } from "../ports.ts";
import { Entries } from "./entries.ts";
import type { Asked, Entry } from "./entry.ts";
import type { HolderRecord } from "./holder-record.ts";
import { NO_JOURNAL, type LedgerJournal, type LedgerRow } from "./journal.ts";

/** How long the leases of a holder that says nothing are kept for it. */
export const LEASE_MS = 15_000;
/** How long they are kept for one whose connection is gone: where it lives it is back within a tenth of this. */
export const LOST_MS = 2_000;
/** How long a recall waits for its answers: less than a request waits for the ledger. */
const RECALL_MS = 150;
const SWEEP_MS = 1_000;
/** Sweeps between two looks at all entries. */
const TIDY_SWEEPS = 10;

export interface LedgerOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Another one for each run. */
  readonly epoch: string;
  /** Of a minute's tokens, as many may go at once. */
  readonly burstShare?: number;
  readonly journal?: LedgerJournal;
  /** How long changes are gathered for the journal. */
  readonly journalMs?: number;
  /** What the journal had. */
  readonly rows?: readonly LedgerRow[];
}

export interface ScopeStanding {
  readonly limit: number;
  /** Parts of a token included; below 0: more slots are out there than there are. */
  readonly left: number;
  readonly held: ReadonlyMap<string, number>;
}

/** Owns what is left of each scope, for all holders. Pure CPU: it asks nobody, and waits for nobody but its holders. */
export class Ledger implements AcceptsHolders {
  readonly #options: LedgerOptions;
  readonly #entries: Entries;
  readonly #holders = new Map<string, HolderRecord>();
  #lastRecall = 0;
  #sweeps = 0;
  #stopSweeps: () => void;

  constructor(options: LedgerOptions) {
    this.#options = options;
    const { clock, timers, burstShare = BURST_SHARE, journal = NO_JOURNAL, journalMs = 250 } = options;
    this.#entries = new Entries({ clock, timers, burstShare, journal, journalMs });
    for (const row of options.rows ?? []) this.#entries.restore(row, (name) => this.#holder(name));
    this.#stopSweeps = this.#sweepLater();
  }

  /** Holders that are connected, or whose leases go on. */
  get holders(): number {
    return this.#holders.size;
  }

  /** Scopes in one unit that something is known of. */
  get size(): number {
    return this.#entries.size;
  }

  /** What nobody holds of it, and who holds how much; null: nothing is known of it, so all of it is left. */
  standingOf(scope: Scope, unit: Unit): ScopeStanding | null {
    const entry = this.#entries.get(scope, unit);
    if (entry === undefined) return null;
    const held = new Map([...entry.held].map(([{ name }, amount]) => [name, amount]));
    return { limit: entry.limit, left: entry.left(this.#now()), held };
  }

  accept(link: LinkToHolder): LedgerEnd {
    let holder: HolderRecord | null = null;
    return {
      received: (message) => {
        if (message.kind === "hello") holder = this.#welcome(message.holder, link);
        // A holder has one link: what still comes over an older one is of no lease any more.
        else if (holder?.link === link) this.#heard(holder, message);
      },
      disconnected: () => {
        if (holder?.link === link) this.#lose(holder);
      },
    };
  }

  /** Writes what is not in the journal yet, and closes the links. */
  close(): void {
    this.#stopSweeps();
    this.#entries.close();
    for (const { link } of this.#holders.values()) link?.close();
  }

  #welcome(name: string, link: LinkToHolder): HolderRecord {
    const holder = this.#holder(name);
    const before = holder.link;
    if (before !== null) this.#lose(holder);
    holder.link = link;
    holder.lostAt = null;
    holder.heardAt = this.#now();
    before?.close();
    link.send({ kind: "welcome", epoch: this.#options.epoch, holders: this.#holders.size });
    return holder;
  }

  #heard(holder: HolderRecord, message: Exclude<ToLedger, { kind: "hello" }>): void {
    holder.heardAt = this.#now();
    if (message.kind === "holding") this.#resume(holder, message.leases);
    else if (message.kind === "take") this.#take(holder, message);
    else if (message.kind === "return") this.#giveBack(holder, message);
    else if (message.kind === "gone") this.#drop(holder);
    else {
      for (const { scope, used } of message.entries) {
        const entry = this.#entries.get(scope, "requests");
        if (entry === undefined) continue;
        entry.spend(holder, used, this.#now());
        this.#entries.changed(entry);
      }
      holder.link?.send({ kind: "alive", holders: this.#holders.size });
    }
  }

  #resume(holder: HolderRecord, leases: readonly HeldLease[]): void {
    const now = this.#now();
    const named = new Set<Entry>();
    for (const lease of leases) {
      const entry = this.#entries.open(lease.scope, lease.unit, lease.limit);
      entry.resume(holder, lease, now);
      named.add(entry);
      this.#entries.changed(entry);
    }
    for (const entry of this.#entries.all()) {
      if (!entry.held.has(holder) || named.has(entry)) continue;
      entry.drop(holder, now);
      this.#entries.changed(entry);
      this.#answerAsked(entry);
    }
  }

  #take(holder: HolderRecord, message: ToLedger & { kind: "take" }): void {
    const now = this.#now();
    const entry = this.#entries.open(message.scope, message.unit, message.limit);
    entry.setLimit(message.limit, now);
    entry.spend(holder, message.used, now);
    this.#entries.changed(entry);
    const asked: Asked = { holder, id: message.id, needed: message.needed, wanted: message.wanted };
    const isHurried = entry.asked.length > 0 || entry.recall !== null;
    if (asked.needed === 0 || (!isHurried && entry.available(now) >= asked.needed)) {
      this.#grant(entry, asked);
      return;
    }
    entry.asked.push(asked);
    if (entry.recall === null) this.#recall(entry);
  }

  #giveBack(holder: HolderRecord, message: ToLedger & { kind: "return" }): void {
    const entry = this.#entries.get(message.scope, message.unit);
    if (entry === undefined) return;
    const now = this.#now();
    entry.spend(holder, message.used, now);
    entry.giveBack(holder, message.amount, now);
    this.#entries.changed(entry);
    if (entry.recall !== null && message.recall === entry.recall.id) entry.recall.asked.delete(holder);
    this.#answerAsked(entry);
  }

  /** All others that hold some are to say what they do not use. A question that comes while they are asked is for the next. */
  #recall(entry: Entry): void {
    const id = (this.#lastRecall += 1);
    const { scope, unit } = entry;
    const asked = new Set<HolderRecord>();
    for (const holder of entry.held.keys()) {
      const isForItself = entry.asked.every((question) => question.holder === holder);
      if (holder.link !== null && !isForItself) asked.add(holder);
    }
    const stopTimer = this.#options.timers.after(RECALL_MS, () => {
      asked.clear();
      this.#answerAsked(entry);
    });
    entry.recall = { id, asked, covered: entry.asked.length, stopTimer };
    for (const holder of asked) holder.link?.send({ kind: "recall", id, scope, unit });
    this.#answerAsked(entry);
  }

  /** Grants what there is; with all answers in, refuses where there is none. */
  #answerAsked(entry: Entry): void {
    const { recall } = entry;
    if (recall === null) return;
    const now = this.#now();
    while (recall.covered > 0) {
      const [first] = entry.asked;
      if (first === undefined) break;
      const available = entry.available(now);
      if (available < first.needed && recall.asked.size > 0) return;
      entry.asked.shift();
      recall.covered -= 1;
      if (available > 0) this.#grant(entry, first);
      else {
        const retryAfterMs = entry.retryAfterMs(now);
        first.holder.link?.send({ kind: "refused", id: first.id, retryAfterMs });
      }
    }
    recall.stopTimer();
    entry.recall = null;
    if (entry.asked.length > 0) this.#recall(entry);
  }

  #grant(entry: Entry, asked: Asked): void {
    const now = this.#now();
    const amount = entry.grant(asked, now);
    asked.holder.link?.send({
      kind: "granted",
      id: asked.id,
      amount,
      remaining: Math.max(0, entry.available(now)),
      validMs: LEASE_MS,
    });
  }

  /** Its leases go on for a moment; nobody waits for its answers, and it for none. */
  #lose(holder: HolderRecord): void {
    holder.link = null;
    holder.lostAt = this.#now();
    for (const entry of this.#entries.all()) {
      if (entry.recall === null) continue;
      const kept = entry.asked.filter((question, index) => {
        const isGone = question.holder === holder;
        if (isGone && entry.recall !== null && index < entry.recall.covered) entry.recall.covered -= 1;
        return !isGone;
      });
      entry.asked.splice(0, entry.asked.length, ...kept);
      entry.recall.asked.delete(holder);
      this.#answerAsked(entry);
    }
  }

  #drop(holder: HolderRecord): void {
    this.#lose(holder);
    this.#holders.delete(holder.name);
    for (const entry of this.#entries.all()) {
      if (!entry.held.has(holder)) continue;
      entry.drop(holder, this.#now());
      this.#entries.changed(entry);
      this.#answerAsked(entry);
    }
  }

  #holder(name: string): HolderRecord {
    let holder = this.#holders.get(name);
    if (holder === undefined) {
      holder = { name, link: null, heardAt: this.#now(), lostAt: null };
      this.#holders.set(name, holder);
    }
    return holder;
  }

  #sweepLater(): () => void {
    return this.#options.timers.after(SWEEP_MS, () => {
      const now = this.#now();
      for (const holder of this.#holders.values()) {
        const { heardAt, link, lostAt } = holder;
        if (now - heardAt < LEASE_MS && (lostAt === null || now - lostAt < LOST_MS)) continue;
        this.#drop(holder);
        link?.close();
      }
      this.#sweeps += 1;
      if (this.#sweeps % TIDY_SWEEPS === 0) this.#entries.forgetUnused();
      this.#stopSweeps = this.#sweepLater();
    });
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
