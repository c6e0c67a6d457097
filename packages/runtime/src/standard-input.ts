import { readSync } from "node:fs";

/** What is written in place of a config's path where its text comes by standard input. */
export const STANDARD_INPUT = "-";

const CHUNK_BYTES = 65_536;
const WAIT_MS = 20;

let read: string | null = null;

/** All of standard input, which can be read only once: every later call has the same text. */
export function readStandardInput(): string {
  read ??= readToEnd();
  return read;
}

/** By hand, since a terminal or a pipe that somebody made non-blocking answers EAGAIN until there is something. */
function readToEnd(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    try {
      const length = readSync(0, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return Buffer.concat(chunks).toString("utf8");
      chunks.push(chunk.subarray(0, length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

/** A config's path as messages name it. */
export function printConfigPath(file: string): string {
  return file === STANDARD_INPUT ? "<standard input>" : file;
}
