import { fstatSync, writeSync } from "node:fs";
import type { LineSink } from "./buffered-line-writer.ts";

/** Standard output or error, as far as it is written to. */
export interface OutputStream {
  readonly fd?: number;
  /** What it holds, since whoever reads it does not keep up. */
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: "drain" | "error", listener: () => void): unknown;
}

/** So much may wait for its reader; a pipe holds 64 KiB beside it. */
const LIMIT = 1024 * 1024;

const owned = new WeakSet<object>();

/** Is its reader free to go, without that ending the process? */
export function isLossy(stream: object): boolean {
  return owned.has(stream);
}

/**
 * Lines for somebody who may stop reading, or go away: neither holds the process up nor ends it. Lines beyond what may wait
 * are lost, and how many is told once there is room again. A line is out when the call returns, unless others wait.
 */
export class LossyOutput implements LineSink {
  readonly #stream: OutputStream;
  readonly #tellLost: (lines: number) => void;
  readonly #isFile: boolean;
  #lost = 0;
  #isGone = false;

  /** `tellLost` is to write a line here that says it. */
  constructor(stream: OutputStream, tellLost: (lines: number) => void) {
    this.#stream = stream;
    this.#tellLost = tellLost;
    this.#isFile = stream.fd !== undefined && isFile(stream.fd);
    owned.add(stream);
    stream.on("error", () => (this.#isGone = true));
    stream.on("drain", () => this.#tell());
  }

  write(lines: string): void {
    if (this.#isGone) return;
    if (this.#isFile) this.#writeToFile(lines);
    else if (this.#stream.writableLength + lines.length > LIMIT) this.#lost += countLines(lines);
    else this.#stream.write(lines);
  }

  /** Its disk may be full, and have room again later. */
  #writeToFile(lines: string): void {
    try {
      writeSync(this.#stream.fd ?? 1, lines);
    } catch {
      this.#lost += countLines(lines);
      return;
    }
    this.#tell();
  }

  #tell(): void {
    const lost = this.#lost;
    if (lost === 0) return;
    this.#lost = 0;
    this.#tellLost(lost);
  }
}

/** What a pipe, a socket and a terminal are to Node is not written to as one. */
function isFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && !process.stdout.isTTY);
  } catch {
    return false;
  }
}

function countLines(lines: string): number {
  return lines.split("\n").length - 1;
}

/** How long a process that is to end waits for a reader of its log. */
const LAST_WAIT_MS = 500;

/** Resolves when all that was written is with its reader; where that one is free to go, it is not waited for long. */
export function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("drain", resolve).once("error", () => resolve());
    // 'drain' comes only after a write that was told to wait.
    stream.write("", () => resolve());
    if (isLossy(stream)) setTimeout(resolve, LAST_WAIT_MS);
  });
}
