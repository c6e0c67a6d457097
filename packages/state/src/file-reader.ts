import { watch, type FSWatcher } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { Intake, MAX_BYTES } from "./intake.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

/** Watching is fast where it works; looking now and then works on every file system. */
const POLL_MS = 500;

/** Follows the file that a FileSnapshotWriter replaces. */
export class FileSnapshotReader implements SnapshotReader {
  readonly #file: string;
  #intake: Intake | null = null;
  #seen = "";
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(file: string) {
    this.#file = file;
  }

  async start(listener: SnapshotListener): Promise<void> {
    const intake = new Intake(listener);
    this.#intake = intake;
    // The directory must be there to be watched, even where the gateway comes first.
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 }).catch(() => {});
    // Closed meanwhile: nobody would end what begins here.
    if (intake.closed) return;
    this.#watch(intake);
    this.#timer = setInterval(() => {
      if (this.#watcher === null) this.#watch(intake);
      void this.#look(intake);
    }, POLL_MS);
    await this.#look(intake);
  }

  async close(): Promise<void> {
    this.#intake?.close();
    this.#watcher?.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#reading;
  }

  #watch(intake: Intake): void {
    try {
      // The directory, since a rename replaces the file that a watch on it would hold.
      this.#watcher = watch(path.dirname(this.#file), (_event, name) => {
        if (name === null || name === path.basename(this.#file)) void this.#look(intake);
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
  #look(intake: Intake): Promise<void> {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readWhileChanging(intake).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readWhileChanging(intake: Intake): Promise<void> {
    do {
      this.#again = false;
      await this.#read(intake);
    } while (this.#again && !intake.closed);
  }

  async #read(intake: Intake): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await open(this.#file, "r");
    } catch (fault) {
      const code = (fault as NodeJS.ErrnoException).code ?? "unreadable";
      // Before the first write there is nothing to complain of.
      if (code !== "ENOENT") intake.complain(code);
      return;
    }
    try {
      const { ino, mtimeMs, size } = await handle.stat();
      const mark = `${ino} ${mtimeMs} ${size}`;
      if (mark === this.#seen) return;
      if (size > MAX_BYTES) intake.complain(`${size} bytes, more than ${MAX_BYTES}`);
      else await intake.take(await handle.readFile("utf8"));
      this.#seen = mark;
    } catch (fault) {
      intake.complain((fault as NodeJS.ErrnoException).code ?? "unreadable");
    } finally {
      await handle.close();
    }
  }
}
