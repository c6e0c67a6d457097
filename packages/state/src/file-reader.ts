import { watch, type FSWatcher } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { parseSnapshot, type Snapshot } from "@rollcall/contract";
import { isNewer } from "./newer.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

/** Larger than any real fleet's; a hostile file must not fill the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Watching is fast where it works; looking now and then works on every file system. */
const POLL_MS = 500;

/** Follows the file that a FileSnapshotWriter replaces. */
export class FileSnapshotReader implements SnapshotReader {
  readonly #file: string;
  #listener: SnapshotListener | null = null;
  #last: Snapshot | null = null;
  #seen = "";
  #fault = "";
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(file: string) {
    this.#file = file;
  }

  async start(listener: SnapshotListener): Promise<void> {
    this.#listener = listener;
    // The directory must be there to be watched, even where the gateway comes first.
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 }).catch(() => {});
    // Closed meanwhile: nobody would end what begins here.
    if (this.#listener === null) return;
    this.#watch();
    this.#timer = setInterval(() => {
      if (this.#watcher === null) this.#watch();
      void this.#look();
    }, POLL_MS);
    await this.#look();
  }

  async close(): Promise<void> {
    this.#listener = null;
    this.#watcher?.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#reading;
  }

  #watch(): void {
    try {
      // The directory, since a rename replaces the file that a watch on it would hold.
      this.#watcher = watch(path.dirname(this.#file), (_event, name) => {
        if (name === null || name === path.basename(this.#file)) void this.#look();
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
  #look(): Promise<void> {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readWhileChanging().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readWhileChanging(): Promise<void> {
    do {
      this.#again = false;
      await this.#read();
    } while (this.#again && this.#listener !== null);
  }

  async #read(): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await open(this.#file, "r");
    } catch (fault) {
      const code = (fault as NodeJS.ErrnoException).code ?? "unreadable";
      // Before the first write there is nothing to complain of.
      if (code !== "ENOENT") this.#complain(code);
      return;
    }
    try {
      const { ino, mtimeMs, size } = await handle.stat();
      const mark = `${ino} ${mtimeMs} ${size}`;
      if (mark === this.#seen) return;
      if (size > MAX_BYTES) this.#complain(`${size} bytes, more than ${MAX_BYTES}`);
      else this.#take(await handle.readFile("utf8"));
      this.#seen = mark;
    } catch (fault) {
      this.#complain((fault as NodeJS.ErrnoException).code ?? "unreadable");
    } finally {
      await handle.close();
    }
  }

  #take(text: string): void {
    const parsed = parseSnapshot(text);
    if (!parsed.ok) {
      this.#complain(parsed.error);
      return;
    }
    this.#fault = "";
    if (!isNewer(parsed.value, this.#last)) return;
    this.#last = parsed.value;
    this.#listener?.onSnapshot(parsed.value);
  }

  /** Once per fault, not once per look. */
  #complain(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#listener?.onFault(fault);
  }
}
