import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The last whole lines of a file, at most so many bytes; null where it cannot be read. */
export function readTail(file: string, bytes: number): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const length = readSync(descriptor, buffer, 0, buffer.length, from);
    const text = buffer.toString("utf8", 0, length);
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
