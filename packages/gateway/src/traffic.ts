/** How much a new measurement weighs. */
const SMOOTHING = 0.2;

const WINDOW_MS = 60_000;
const SLICES = 6;
const SLICE_MS = WINDOW_MS / SLICES;

interface Seen {
  latencyMs: number | null;
  /** Requests by slice of the last minute, and which slice each count belongs to. */
  readonly counts: number[];
  readonly slices: number[];
}

/** What was sent to each deployment lately and how fast it answered. Outlives reloads: it belongs to the id. */
export class Traffic {
  readonly #byId = new Map<string, Seen>();

  sent(id: string, now: number): void {
    const seen = this.#of(id);
    const slice = Math.floor(now / SLICE_MS);
    const at = slice % SLICES;
    seen.counts[at] = seen.slices[at] === slice ? (seen.counts[at] ?? 0) + 1 : 1;
    seen.slices[at] = slice;
  }

  answered(id: string, ms: number): void {
    const seen = this.#of(id);
    seen.latencyMs = seen.latencyMs === null ? ms : seen.latencyMs + SMOOTHING * (ms - seen.latencyMs);
  }

  /** Smoothed milliseconds to the first byte, or null where none was seen. */
  latency(id: string): number | null {
    return this.#byId.get(id)?.latencyMs ?? null;
  }

  /** Requests within the last minute. */
  recent(id: string, now: number): number {
    const seen = this.#byId.get(id);
    if (seen === undefined) return 0;
    const oldest = Math.floor(now / SLICE_MS) - SLICES;
    return seen.counts.reduce((sum, count, at) => sum + ((seen.slices[at] ?? 0) > oldest ? count : 0), 0);
  }

  #of(id: string): Seen {
    let seen = this.#byId.get(id);
    if (seen === undefined) {
      seen = { latencyMs: null, counts: [], slices: [] };
      this.#byId.set(id, seen);
    }
    return seen;
  }
}
