import { readFileSync } from "node:fs";
import { type Capture, parseCapture, type RawCapture } from "./capture.ts";

export interface ReplayOptions {
  /** Instead of the recorded one. */
  status?: number;
  /** The body goes out in pieces of that many bytes, each a write of its own. Default: whole. */
  bytesPerWrite?: number;
  /** Wears off after that many requests. Default: stays. */
  count?: number;
}

export interface Replay {
  readonly capture: Capture | RawCapture;
  readonly bytesPerWrite: number;
}

interface Held extends Replay {
  left: number;
}

/** Recorded answers by the path that they are played on, instead of what the server itself would say. */
export class Replays {
  #held = new Map<string, Held>();

  /** `source` = a file, or its bytes. */
  set(path: string, source: string | Uint8Array, options: ReplayOptions = {}): void {
    const { status, bytesPerWrite = Infinity, count = Infinity } = options;
    const parsed = parseCapture(typeof source === "string" ? readFileSync(source) : Buffer.from(source));
    const capture = "raw" in parsed || status === undefined ? parsed : { ...parsed, status };
    this.#held.set(path, { capture, bytesPerWrite, left: count });
  }

  leave(path: string): void {
    this.#held.delete(path);
  }

  clear(): void {
    this.#held.clear();
  }

  /** The answer to one request there; uses up one of its count. */
  take(path: string): Replay | undefined {
    const held = this.#held.get(path);
    if (held === undefined) return undefined;
    held.left -= 1;
    if (held.left <= 0) this.#held.delete(path);
    return held;
  }
}
