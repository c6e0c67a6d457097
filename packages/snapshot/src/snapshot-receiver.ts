import type { Result, SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { mergeChanges } from "./changes.ts";
import { inTurns } from "./in-turns.ts";
import { continues, isNewer, positionOf, replaces, writeOf, type Write } from "./position.ts";
import type { SnapshotListener } from "./ports.ts";
import { RecordTable } from "./record-table.ts";
import { parseChangeInSlices, parseSnapshotInSlices } from "./snapshot-text.ts";
import { withRecords } from "./whole.ts";

/** Larger than any real fleet's snapshot, in bytes; a hostile one must not fill the memory. */
export const MAX_BYTES = 256 * 1024 * 1024;

/** What a carrier found at one look. */
export interface Received<Whole> {
  /** A whole snapshot, where there had to be one: its text, or what came of reading it. */
  readonly base?: string | Result<Whole, string>;
  /** Texts of changes, in their order. */
  readonly changes?: readonly string[];
}

/** `gap`: changes are missing between what is known and what came. `fault`: something was not readable, and was told. */
export type Reception = "received" | "gap" | "fault";

/**
 * What every reader does with what it finds: base and changes become snapshots, what is new is delivered once, a fault is
 * told once, the last good one is kept.
 */
export class SnapshotReceiver<Whole extends SnapshotHeader, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  #listener: SnapshotListener<Whole, Item> | null;
  #table: Pick<RecordTable<Whole, Item>, "apply" | "snapshot"> | null = null;
  #delivered: Write | null = null;
  #fault = "";

  constructor(kind: SnapshotKind<Whole, Item>, listener: SnapshotListener<Whole, Item>) {
    this.#kind = kind;
    this.#listener = listener;
  }

  get kind(): SnapshotKind<Whole, Item> {
    return this.#kind;
  }

  get isClosed(): boolean {
    return this.#listener === null;
  }

  /** Which write was read last; null before the first. */
  get last(): Write | null {
    return this.#table === null ? null : writeOf(this.#kind, this.#table.snapshot);
  }

  /** Says nothing more from now on. */
  close(): void {
    this.#listener = null;
  }

  /** One at a time. What comes together is delivered together, so that no state is shown that was over before. */
  async receive({ base, changes = [] }: Received<Whole>): Promise<Reception> {
    const isReadable = base === undefined || (await this.#receiveBase(base));
    const applied: SnapshotChange<Item>[] = [];
    let reception: Reception = "received";
    for (const text of changes) {
      reception = await this.#receiveChange(text, applied);
      if (reception !== "received") break;
    }
    // Only where all of it is good is the fault before it over.
    if (isReadable && reception === "received" && (base !== undefined || changes.length > 0))
      this.#fault = "";
    this.#deliver(applied);
    return isReadable ? reception : "fault";
  }

  /** Once per fault, not once per look. */
  complain(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#listener?.onFault(fault);
  }

  async #receiveBase(base: string | Result<Whole, string>): Promise<boolean> {
    const parsed = typeof base === "string" ? await inTurns(parseSnapshotInSlices(this.#kind, base)) : base;
    if (!parsed.ok) {
      this.complain(parsed.error);
      return false;
    }
    if (replaces(writeOf(this.#kind, parsed.value), this.last)) {
      if (this.#listener?.keepsRecords === true) {
        this.#table = new LastHeader(this.#kind, parsed.value);
        // Changes behind it come by themselves.
        this.#deliver([], parsed.value);
      } else this.#table = await inTurns(RecordTable.build(this.#kind, parsed.value));
    }
    return true;
  }

  async #receiveChange(text: string, applied: SnapshotChange<Item>[]): Promise<Reception> {
    const parsed = await inTurns(parseChangeInSlices(this.#kind, text));
    if (!parsed.ok) {
      this.complain(parsed.error);
      return "fault";
    }
    const { header, ...change } = parsed.value;
    const { instance, sequence } = positionOf(this.#kind, header);
    const { last } = this;
    if (this.#table === null || !continues({ instance, sequence: change.after }, last)) return "gap";
    // Part of a base that was read since.
    if (!isNewer({ instance, sequence }, last)) return "received";
    this.#table.apply(header, change);
    applied.push(change);
    return "received";
  }

  #deliver([first, ...rest]: readonly SnapshotChange<Item>[], snapshot = this.#table?.snapshot): void {
    if (snapshot === undefined) return;
    const write = writeOf(this.#kind, snapshot);
    if (!replaces(write, this.#delivered)) return;
    const change = first === undefined ? null : mergeChanges(this.#kind, [first, ...rest]);
    const last = this.#delivered;
    this.#delivered = write;
    const follows = change !== null && continues({ ...write, sequence: change.after }, last);
    this.#listener?.onSnapshot(snapshot, follows ? change : null);
  }
}

/** Of a snapshot whose records somebody else keeps. */
class LastHeader<Whole extends SnapshotHeader, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  /** Without them. */
  snapshot: Whole;

  constructor(kind: SnapshotKind<Whole, Item>, snapshot: Whole) {
    this.#kind = kind;
    this.snapshot = withRecords(kind, snapshot, []);
  }

  apply(header: Whole): void {
    this.snapshot = withRecords(this.#kind, header, []);
  }
}
