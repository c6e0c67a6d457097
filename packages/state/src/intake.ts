import type { Snapshot } from "@rollcall/contract";
import { isNewer } from "./newer.ts";
import { parseInTurns } from "./parse-in-turns.ts";
import type { SnapshotListener } from "./ports.ts";

/** Larger than any real fleet's snapshot, in bytes; a hostile one must not fill the memory. */
export const MAX_BYTES = 256 * 1024 * 1024;

/** What every reader does with what it finds: news is delivered once, a fault is told once, the last good one is kept. */
export class Intake {
  #listener: SnapshotListener | null;
  #last: Snapshot | null = null;
  #fault = "";

  constructor(listener: SnapshotListener) {
    this.#listener = listener;
  }

  get closed(): boolean {
    return this.#listener === null;
  }

  /** Says nothing more from now on. */
  close(): void {
    this.#listener = null;
  }

  /** True where it was a snapshot, be it news or not. One at a time. */
  async take(text: string): Promise<boolean> {
    const parsed = await parseInTurns(text);
    if (!parsed.ok) {
      this.complain(parsed.error);
      return false;
    }
    this.#fault = "";
    if (!isNewer(parsed.value, this.#last)) return true;
    this.#last = parsed.value;
    this.#listener?.onSnapshot(parsed.value);
    return true;
  }

  /** Once per fault, not once per look. */
  complain(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#listener?.onFault(fault);
  }
}
