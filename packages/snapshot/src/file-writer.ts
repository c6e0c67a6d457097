import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import type { SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { changeLogOf, printOpening } from "./change-log.ts";
import { mergeChanges, sizeOf } from "./changes.ts";
import type { SnapshotWriter } from "./ports.ts";
import { printChange, printSnapshotInSlices } from "./snapshot-text.ts";
import { recordsOf } from "./whole.ts";

/** A log is folded into its base once it is half as long, but no sooner than this: heartbeats alone fill it in a quarter of an hour. */
const LEAST_LOG_BYTES = 64 * 1024;
const LOG_SHARE = 0.5;

/** A link is not followed: whoever may put one there must not choose what is written to. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;

interface Update<Whole, Item> {
  readonly snapshot: Whole;
  readonly change: SnapshotChange<Item> | null;
}

/** What this writer has left behind: where it is no longer so, somebody else was there. */
interface Left<Whole> {
  readonly base: Whole;
  readonly sequence: number;
  readonly baseMark: string;
  readonly baseBytes: number;
  readonly logMark: string | null;
  readonly logBytes: number;
}

/**
 * Keeps a base and a log of the changes since. A base is written to a temporary file beside it, synced and renamed: a
 * reader sees the old one or the new one and never a part. A change is appended. Writes follow one another; those that wait
 * are made as one.
 */
export class FileSnapshotWriter<Whole extends SnapshotHeader, Item> implements SnapshotWriter<Whole, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #file: string;
  readonly #log: string;
  readonly #temporary: string;
  #left: Left<Whole> | null = null;
  #running: Promise<void> | null = null;
  #waiting: { update: Update<Whole, Item>; done: Promise<void> } | null = null;

  constructor(kind: SnapshotKind<Whole, Item>, file: string) {
    this.#kind = kind;
    this.#file = file;
    this.#log = changeLogOf(file);
    // Its own for every writer: two containers that share the directory may have the same process id.
    this.#temporary = `${file}.${randomUUID()}.tmp`;
  }

  write(snapshot: Whole, change: SnapshotChange<Item> | null = null): Promise<void> {
    const update = { snapshot, change };
    // Before anything else: one that waits must not begin after this one, even when nothing runs this very moment.
    if (this.#waiting !== null) {
      this.#waiting.update = this.#merged(this.#waiting.update, update);
      return this.#waiting.done;
    }
    if (this.#running === null) return this.#run(update);
    const before = this.#running;
    const waiting = { update, done: before.catch(() => {}).then(() => this.#next()) };
    this.#waiting = waiting;
    return waiting.done;
  }

  async close(): Promise<void> {
    await this.#waiting?.done.catch(() => {});
    await this.#running?.catch(() => {});
  }

  #merged(first: Update<Whole, Item>, { snapshot, change }: Update<Whole, Item>): Update<Whole, Item> {
    const isOne = first.change !== null && change !== null;
    return { snapshot, change: isOne ? mergeChanges(this.#kind, [first.change, change]) : null };
  }

  #next(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting === null ? Promise.resolve() : this.#run(waiting.update);
  }

  #run(update: Update<Whole, Item>): Promise<void> {
    const run = this.#write(update).finally(() => {
      if (this.#running === run) this.#running = null;
    });
    this.#running = run;
    return run;
  }

  async #write({ snapshot, change }: Update<Whole, Item>): Promise<void> {
    const left = this.#left;
    // What cannot be told for sure to be there is written anew.
    this.#left = null;
    const appended =
      left !== null && change !== null && this.#isWorthALine(change, snapshot)
        ? await this.#append(left, snapshot, change)
        : null;
    // Readers that keep up have taken the change from the log, and need not read the base that it is folded into.
    const isLong =
      appended !== null && appended.logBytes > Math.max(LEAST_LOG_BYTES, LOG_SHARE * appended.baseBytes);
    this.#left = appended === null || isLong ? await this.#replace(snapshot) : appended;
  }

  #isWorthALine(change: SnapshotChange<Item>, snapshot: Whole): boolean {
    return sizeOf(change) <= Math.max(1, recordsOf(this.#kind, snapshot).length / 2);
  }

  /** Null where it does not fit behind what lies there. */
  async #append(
    left: Left<Whole>,
    snapshot: Whole,
    change: SnapshotChange<Item>,
  ): Promise<Left<Whole> | null> {
    if (change.after > left.sequence || !this.#isSameRun(left.base, snapshot)) return null;
    if ((await markOf(this.#file)) !== left.baseMark) return null;
    const handle = await open(this.#log, APPEND, 0o600);
    try {
      const { ino, size } = await handle.stat();
      const isOurs = left.logMark === null ? size === 0 : left.logMark === `${ino} ${size}`;
      if (!isOurs) return null;
      const opening = size === 0 ? printOpening(this.#kind, left.base) : "";
      const bytes = Buffer.from(`${opening}${printChange(this.#kind, snapshot, change)}\n`);
      // Not synced: a log that a crash of the machine cuts or fills with zeros says nothing beyond its last whole change.
      await handle.writeFile(bytes);
      const logBytes = size + bytes.length;
      return { ...left, sequence: snapshot.sequence, logMark: `${ino} ${logBytes}`, logBytes };
    } finally {
      await handle.close();
    }
  }

  #isSameRun(one: Whole, other: Whole): boolean {
    return this.#kind.instanceOf(one) === this.#kind.instanceOf(other);
  }

  async #replace(snapshot: Whole): Promise<Left<Whole>> {
    // Readable by the owner alone: what it says is nobody else's business.
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    let base: { mark: string; bytes: number };
    try {
      base = await this.#writeTemporary(snapshot);
      await rename(this.#temporary, this.#file);
    } catch (error) {
      await unlink(this.#temporary).catch(() => {});
      throw error;
    }
    // Left behind by a crash before this, it is passed over: it holds nothing that is newer than the base.
    await unlink(this.#log).catch(() => {});
    return {
      base: snapshot,
      sequence: snapshot.sequence,
      baseMark: base.mark,
      baseBytes: base.bytes,
      logMark: null,
      logBytes: 0,
    };
  }

  async #writeTemporary(snapshot: Whole): Promise<{ mark: string; bytes: number }> {
    const handle = await open(this.#temporary, "w", 0o600);
    try {
      for (const slice of printSnapshotInSlices(this.#kind, snapshot)) await handle.writeFile(slice);
      await handle.sync();
      const { ino, size, mtimeMs } = await handle.stat();
      return { mark: `${ino} ${size} ${mtimeMs}`, bytes: size };
    } finally {
      await handle.close();
    }
  }
}

async function markOf(file: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}
