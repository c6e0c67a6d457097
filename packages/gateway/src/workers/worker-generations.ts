import type { Config } from "@rollcall/contract";
import type { Taking } from "../generations/generation.ts";
import { elsewhereFor, sumOf, type Held } from "../generations/held.ts";
import type { Entry } from "../main/start.ts";

export interface WorkerGenerationsOptions {
  readonly count: number;
  readonly entry: Entry;
  /** The whole gateway's. */
  readonly config: () => Pick<Config, "deployments">;
  /** Tells a worker, where it runs, what older generations hold. */
  readonly hold: (index: number, held: Held) => void;
}

/** Speaks with older and newer generations for all workers of one. */
export class WorkerGenerations {
  readonly #options: WorkerGenerationsOptions;
  readonly #begun = Promise.withResolvers<void>();
  readonly #parts = new Map<number, Held | null>();
  #ready = 0;
  #older: Held = {};
  #taking: Taking | null = null;

  constructor(options: WorkerGenerationsOptions) {
    this.#options = options;
  }

  /**
   * A worker could serve. Resolves with what older generations hold of its part. They serve until all workers are ready:
   * the first one alone would be too few.
   */
  async mayServe(index: number): Promise<Held> {
    const { count, entry } = this.#options;
    this.#ready += 1;
    if (this.#ready === count) void entry.begin((held) => this.#hold(held)).then(() => this.#begun.resolve());
    if (entry.passed.length > 0) await this.#begun.promise;
    return this.#partOf(index);
  }

  /** To be called before the workers are told to hand over. */
  handOver(taking: Taking, running: Iterable<number>): void {
    this.#taking = taking;
    for (const index of running) this.#parts.set(index, null);
    this.#tell();
  }

  /** What a worker holds since it was told. */
  holds(index: number, held: Held): void {
    if (!this.#parts.has(index)) return;
    this.#parts.set(index, held);
    this.#tell();
  }

  ended(index: number): void {
    if (this.#parts.delete(index)) this.#tell();
  }

  #hold(held: Held): void {
    if (this.#taking !== null) return;
    this.#older = held;
    for (let index = 0; index < this.#options.count; index += 1)
      this.#options.hold(index, this.#partOf(index));
  }

  #partOf(index: number): Held {
    const { config, count } = this.#options;
    return elsewhereFor(config(), this.#older, { index, count });
  }

  /** Not before every worker has said what it holds. */
  #tell(): void {
    const parts = [...this.#parts.values()].filter((held) => held !== null);
    if (parts.length === this.#parts.size) this.#taking?.tell(sumOf(parts));
  }
}
