import { setTimeout as sleep } from "node:timers/promises";
import type { RunningSystem } from "./systems/system.ts";

const ASK_MS = 200;

/** Asks a system again and again what it knows, since some of what it says is gone the next moment. */
export class ReasonWatch {
  readonly #said = new Set<string>();
  readonly #stopped = new AbortController();
  readonly #asking: Promise<void>;

  constructor(system: RunningSystem) {
    this.#asking = this.#keepAsking(system);
  }

  async stop(): Promise<readonly string[]> {
    this.#stopped.abort();
    await this.#asking;
    return [...this.#said];
  }

  async #keepAsking(system: RunningSystem): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      // A system that is down at the moment says nothing.
      for (const reason of await system.reasons().catch(() => [])) this.#said.add(reason);
      await sleep(ASK_MS, undefined, { signal }).catch(() => {});
    }
  }
}
