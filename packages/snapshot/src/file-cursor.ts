import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { SnapshotHeader } from "@rollcall/contract";
import { changeLogOf, MAX_OPENING_BYTES } from "./change-log.ts";
import { replaces } from "./position.ts";
import { parseHead } from "./record-lines.ts";
import { endOfChanges, readWrite, splitChanges } from "./snapshot-text.ts";
import { MAX_BYTES, type Received, type SnapshotReceiver } from "./snapshot-receiver.ts";

/** Enough for the first line of a base, which says whether the rest of it is known. */
const HEAD_BYTES = 16 * 1024;

/** A second look, from the log's beginning, where the base was replaced between the reading of it and of its log. */
const LOOKS = 2;

/** How much of a base and its log was read, so that a look reads what came since and no more. */
export class FileCursor<Whole extends SnapshotHeader, Item> {
  readonly #file: string;
  readonly #receiver: SnapshotReceiver<Whole, Item>;
  /** The base that was looked at last. */
  #mark = "";
  #opening = "";
  #offset = 0;

  constructor(file: string, receiver: SnapshotReceiver<Whole, Item>) {
    this.#file = file;
    this.#receiver = receiver;
  }

  /** Receives what is new. */
  async look(): Promise<void> {
    for (let count = 0; count < LOOKS; count += 1) {
      const base = await this.#readWith(this.#file, (handle) => this.#readBase(handle));
      // What goes on from another base is read from its beginning.
      if (base !== null) this.#opening = "";
      const changes = await this.#readWith(changeLogOf(this.#file), (handle) => this.#readLog(handle));
      if (base === null && changes === null) return;
      const received: Received<Whole> = { ...(base === null ? {} : { base }), changes: changes ?? [] };
      if ((await this.#receiver.receive(received)) !== "gap") return;
      if (count === 0) this.#opening = "";
    }
  }

  /** Null where there is nothing new, or nothing at all. */
  async #readWith<Found>(
    file: string,
    read: (handle: FileHandle) => Promise<Found | null>,
  ): Promise<Found | null> {
    let handle: FileHandle;
    try {
      // A FIFO would keep us until somebody writes to it.
      handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      const code = codeOf(error);
      // Before the first write there is nothing to complain of.
      if (code !== "ENOENT") this.#receiver.complain(code);
      return null;
    }
    try {
      if ((await handle.stat()).isFIFO()) this.#receiver.complain("a FIFO, not a file");
      else return await read(handle);
      return null;
    } catch (error) {
      this.#receiver.complain(codeOf(error));
      return null;
    } finally {
      await handle.close();
    }
  }

  async #readBase(handle: FileHandle): Promise<string | null> {
    const { ino, mtimeMs, size } = await handle.stat();
    const mark = `${ino} ${mtimeMs} ${size}`;
    if (mark === this.#mark || this.#isTooLarge(size)) return null;
    const head = size > HEAD_BYTES ? await readAt(handle, 0, HEAD_BYTES) : null;
    const text = head !== null && this.#isKnown(head) ? null : await handle.readFile("utf8");
    this.#mark = mark;
    return text;
  }

  /** Is it what the changes before it have led to? Then a log was folded into it, and there is nothing new in it. */
  #isKnown(start: Buffer): boolean {
    const { kind, last } = this.#receiver;
    const head = parseHead(start.toString("utf8"), kind.list);
    const found = head === null ? null : readWrite(kind, head);
    return found !== null && last !== null && !replaces(found, last);
  }

  async #readLog(handle: FileHandle): Promise<readonly string[] | null> {
    const { size } = await handle.stat();
    if (this.#isTooLarge(size)) return null;
    const start = (await readAt(handle, 0, Math.min(size, MAX_OPENING_BYTES))).toString("utf8");
    const opening = start.slice(0, start.indexOf("\n") + 1);
    if (opening === "") return null;
    const bytesOfOpening = Buffer.byteLength(opening);
    const isAnother = opening !== this.#opening || size < this.#offset;
    const offset = isAnother ? bytesOfOpening : this.#offset;
    const bytes = await readAt(handle, offset, size - offset);
    const end = endOfChanges(bytes);
    this.#opening = opening;
    this.#offset = offset + end;
    return end === 0 ? null : splitChanges(bytes.toString("utf8", 0, end));
  }

  #isTooLarge(size: number): boolean {
    if (size <= MAX_BYTES) return false;
    this.#receiver.complain(`${size} bytes, more than ${MAX_BYTES}`);
    return true;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unreadable";
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
