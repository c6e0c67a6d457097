const WINDOW_MS = 60_000;
const SLICES = 6;
const SLICE_MS = WINDOW_MS / SLICES;

/** Counts what happened within the last minute, in slices of ten seconds. Times are monotonic milliseconds. */
export class RequestWindow {
  readonly #counts: number[] = Array.from({ length: SLICES }, () => 0);
  /** Which slice each count belongs to. */
  readonly #slices: number[] = Array.from({ length: SLICES }, () => -SLICES);

  add(now: number): void {
    const slice = Math.floor(now / SLICE_MS);
    const at = slice % SLICES;
    this.#counts[at] = this.#slices[at] === slice ? (this.#counts[at] ?? 0) + 1 : 1;
    this.#slices[at] = slice;
  }

  count(now: number): number {
    const oldest = Math.floor(now / SLICE_MS) - SLICES;
    return this.#counts.reduce((sum, count, at) => sum + ((this.#slices[at] ?? 0) > oldest ? count : 0), 0);
  }
}
