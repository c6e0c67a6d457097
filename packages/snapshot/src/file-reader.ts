import { watch, type FSWatcher } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { changeLogOf } from "./change-log.ts";
import { FileCursor } from "./file-cursor.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";
import { SnapshotReceiver } from "./snapshot-receiver.ts";

/** Watching is fast where it works; looking now and then works on every file system. */
const POLL_MS = 500;

/** Follows the base and the log that a FileSnapshotWriter keeps. */
export class FileSnapshotReader<Whole extends SnapshotHeader, Item> implements SnapshotReader<Whole, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #file: string;
  readonly #names: ReadonlySet<string>;
  #receiver: SnapshotReceiver<Whole, Item> | null = null;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(kind: SnapshotKind<Whole, Item>, file: string) {
    this.#kind = kind;
    this.#file = file;
    this.#names = new Set([file, changeLogOf(file)].map((name) => path.basename(name)));
  }

  async start(listener: SnapshotListener<Whole, Item>): Promise<void> {
    const receiver = new SnapshotReceiver(this.#kind, listener);
    const cursor = new FileCursor(this.#file, receiver);
    this.#receiver = receiver;
    const look = () => this.#look(cursor, receiver);
    // The directory must be there to be watched, even where the reader comes first.
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 }).catch(() => {});
    // Closed meanwhile: nobody would end what begins here.
    if (receiver.isClosed) return;
    this.#watch(look);
    this.#timer = setInterval(() => {
      if (this.#watcher === null) this.#watch(look);
      void look();
    }, POLL_MS);
    await look();
  }

  async close(): Promise<void> {
    this.#receiver?.close();
    this.#watcher?.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#reading;
  }

  #watch(look: () => Promise<void>): void {
    try {
      // The directory, since a rename replaces the file that a watch on it would hold.
      this.#watcher = watch(path.dirname(this.#file), (_event, name) => {
        if (name === null || this.#names.has(name)) void look();
      });
      this.#watcher.on("error", () => {
        this.#watcher?.close();
        this.#watcher = null;
      });
    } catch {
      this.#watcher = null;
    }
  }

  /** One reading at a time; a change during it is looked at afterwards. */
  #look(cursor: FileCursor<Whole, Item>, receiver: SnapshotReceiver<Whole, Item>): Promise<void> {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readWhileChanging(cursor, receiver).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readWhileChanging(
    cursor: FileCursor<Whole, Item>,
    receiver: SnapshotReceiver<Whole, Item>,
  ): Promise<void> {
    do {
      this.#again = false;
      await cursor.look();
    } while (this.#again && !receiver.isClosed);
  }
}
