import type { Snapshot } from "@rollcall/contract";
import type { Clock } from "./clock.ts";
import { outranks, type Standing } from "./freshest.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

export interface FreshestOptions {
  readonly clock: Clock;
  /** Checksum of the config that we work by now. */
  readonly config: () => string;
}

/** The last that one prober said. */
interface Heard {
  readonly snapshot: Snapshot;
  readonly at: number;
}

/**
 * Several readers, one for each prober, as one: it follows one prober and changes over when that one is silent for too
 * long, or works by another config than we do and another prober does not. A change is only ever made to news that has
 * just come, so that nothing older than what was there takes its place.
 */
export class FreshestReader implements SnapshotReader {
  readonly #readers: readonly SnapshotReader[];
  readonly #options: FreshestOptions;
  readonly #heard = new Map<number, Heard>();
  #followed = -1;

  constructor(readers: readonly SnapshotReader[], options: FreshestOptions) {
    this.#readers = readers;
    this.#options = options;
  }

  /** Resolves with the first that has something to say, or when none has: one that is gone holds nothing up. */
  start(listener: SnapshotListener): Promise<void> {
    return new Promise((resolve) => {
      const starting = this.#readers.map((reader, index) =>
        reader.start({
          onSnapshot: (snapshot) => {
            if (this.#follows(index, snapshot)) listener.onSnapshot(snapshot);
            resolve();
          },
          // Which of them, by its place in the config: hosts are for operators alone.
          onFault: (fault) => listener.onFault(`prober ${index + 1}: ${fault}`),
        }),
      );
      void Promise.allSettled(starting).then(() => resolve());
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  #follows(index: number, snapshot: Snapshot): boolean {
    const now = this.#options.clock.now();
    // The first one may have lain there for long; those after it are as old as their arrival.
    const at = this.#heard.has(index) ? now : Math.min(now, snapshot.writtenAt);
    const news = { snapshot, at };
    const followed = this.#heard.get(this.#followed);
    this.#heard.set(index, news);
    if (
      followed !== undefined &&
      index !== this.#followed &&
      !outranks(this.#standing(news), this.#standing(followed))
    )
      return false;
    this.#followed = index;
    return true;
  }

  #standing({ snapshot, at }: Heard): Standing {
    const { clock, config } = this.#options;
    const ageMs = Math.max(0, clock.now() - at);
    return { ageMs, intervalMs: snapshot.intervalMs, sameConfig: snapshot.config === config() };
  }
}
