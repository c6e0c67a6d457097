/** What a target has generated lately. */
export interface TokenRates {
  /** Tokens a second now; null where that is not known. */
  readonly now: number | null;
  /** One for each slot of `SLOT_MS`, oldest first; null where nothing was known. */
  readonly slots: readonly (number | null)[];
}

export const SLOTS = 40;
export const SLOT_MS = 45_000;

/** Over less than that a rate says more of the probe's moment than of the engine. */
const LEAST_MS = 10_000;

/** A rate over longer than that would draw a line where nobody has looked. */
const MOST_MS = 180_000;

interface Track {
  /** From where on the next rate counts; null after a gap. */
  from: { readonly at: number; readonly count: number } | null;
  now: number | null;
  /** A ring; NaN is a gap. */
  readonly slots: Float32Array;
  /** The newest slot that was written, counted from the clock's origin. */
  newest: number;
}

/** Tokens a second of each target over the last 30 minutes, from counters. Times are monotonic milliseconds. */
export class Throughput {
  readonly #tracks = new Map<string, Track>();

  /** `generated` is a counter since the server's start; null where it does not tell. */
  add(targetId: string, generated: number | null, now: number): void {
    const track = this.#tracks.get(targetId);
    if (generated === null) {
      if (track !== undefined) stop(track);
      return;
    }
    if (track === undefined) this.#tracks.set(targetId, begin(generated, now));
    else advance(track, generated, now);
  }

  /** Forgets all but these. */
  keep(targetIds: Pick<ReadonlySet<string>, "has">): void {
    for (const id of this.#tracks.keys()) if (!targetIds.has(id)) this.#tracks.delete(id);
  }

  /** Null where its server never told. */
  of(targetId: string, now: number): TokenRates | null {
    const track = this.#tracks.get(targetId);
    if (track === undefined) return null;
    const last = slotOf(now);
    const slots = Array.from({ length: SLOTS }, (_, index) => {
      const slot = last - SLOTS + 1 + index;
      const value = slot > track.newest || slot <= track.newest - SLOTS ? NaN : track.slots[slot % SLOTS];
      return value === undefined || Number.isNaN(value) ? null : value;
    });
    return { now: track.now, slots };
  }
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}

function begin(count: number, at: number): Track {
  const slots = new Float32Array(SLOTS).fill(NaN);
  return { from: { at, count }, now: null, slots, newest: slotOf(at) - 1 };
}

function stop(track: Track): void {
  track.from = null;
  track.now = null;
}

function advance(track: Track, count: number, at: number): void {
  const { from } = track;
  // A counter that begins anew is a gap, and no dip.
  if (from === null || count < from.count || at - from.at > MOST_MS) {
    stop(track);
    track.from = { at, count };
    return;
  }
  if (at - from.at < LEAST_MS) return;
  const rate = ((count - from.count) / (at - from.at)) * 1_000;
  const [first, last] = [Math.min(slotOf(from.at) + 1, slotOf(at)), slotOf(at)];
  for (let slot = Math.max(track.newest + 1, last - SLOTS + 1); slot < first; slot += 1)
    track.slots[slot % SLOTS] = NaN;
  for (let slot = Math.max(first, last - SLOTS + 1); slot <= last; slot += 1)
    track.slots[slot % SLOTS] = rate;
  track.newest = last;
  track.now = rate;
  track.from = { at, count };
}
