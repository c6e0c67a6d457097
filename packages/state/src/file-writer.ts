import { randomUUID } from "node:crypto";
import { mkdir, open, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { printSnapshot, type Snapshot } from "@rollcall/contract";
import type { SnapshotWriter } from "./ports.ts";

/**
 * Writes a snapshot to a temporary file beside the target, syncs it and renames it: a reader sees the old one or the new
 * one and never a part. Writes follow one another; of several that wait only the newest is made.
 */
export class FileSnapshotWriter implements SnapshotWriter {
  readonly #file: string;
  readonly #temporary: string;
  #running: Promise<void> | null = null;
  #waiting: { snapshot: Snapshot; done: Promise<void> } | null = null;

  constructor(file: string) {
    this.#file = file;
    // Its own for every writer: two containers that share the directory may have the same process id.
    this.#temporary = `${file}.${randomUUID()}.tmp`;
  }

  write(snapshot: Snapshot): Promise<void> {
    // Before anything else: one that waits must not begin after this one, even when nothing runs this very moment.
    if (this.#waiting !== null) {
      this.#waiting.snapshot = snapshot;
      return this.#waiting.done;
    }
    if (this.#running === null) return this.#run(snapshot);
    const before = this.#running;
    const waiting = { snapshot, done: before.catch(() => {}).then(() => this.#next()) };
    this.#waiting = waiting;
    return waiting.done;
  }

  async close(): Promise<void> {
    await this.#waiting?.done.catch(() => {});
    await this.#running?.catch(() => {});
  }

  #next(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting === null ? Promise.resolve() : this.#run(waiting.snapshot);
  }

  #run(snapshot: Snapshot): Promise<void> {
    const run = this.#replace(printSnapshot(snapshot)).finally(() => {
      if (this.#running === run) this.#running = null;
    });
    this.#running = run;
    return run;
  }

  async #replace(text: string): Promise<void> {
    // Readable by the owner alone: served names and reasons are nobody else's business.
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    try {
      const handle = await open(this.#temporary, "w", 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(this.#temporary, this.#file);
    } catch (fault) {
      await unlink(this.#temporary).catch(() => {});
      throw fault;
    }
  }
}
