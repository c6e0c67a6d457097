import { readFileSync } from "node:fs";
import { type Capture, parseCapture, type RawCapture } from "./capture.ts";
import type { Script } from "./script.ts";

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

/** `source` = a file, or its bytes. */
export function replayOf(source: string | Uint8Array, options: ReplayOptions = {}): Replay {
  const { status, bytesPerWrite = Infinity } = options;
  const parsed = parseCapture(typeof source === "string" ? readFileSync(source) : Buffer.from(source));
  return { capture: "raw" in parsed || status === undefined ? parsed : { ...parsed, status }, bytesPerWrite };
}

/** Recorded answers by the path that they are played on, instead of what the server itself would say. */
export class Replays {
  #held = new Map<string, Held>();
  #scripts = new Map<string, Script>();

  set(path: string, source: string | Uint8Array, options: ReplayOptions = {}): void {
    this.#held.set(path, { ...replayOf(source, options), left: options.count ?? Infinity });
  }

  leave(path: string): void {
    this.#held.delete(path);
  }

  script(path: string, script: Script | null): void {
    if (script === null) this.#scripts.delete(path);
    else this.#scripts.set(path, script);
  }

  scriptOf(path: string): Script | undefined {
    return this.#scripts.get(path);
  }

  clear(): void {
    this.#held.clear();
    this.#scripts.clear();
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
