import type { Connections } from "./http/connections.ts";
import type { Port } from "./http/port.ts";
import type { Engine } from "./vllm/engine.ts";

/** `ready` listens; the other two refuse, and only `loading` ends by itself. */
export type LifeState = "ready" | "loading" | "down";

export interface LifeParts {
  readonly port: Port;
  readonly connections: Connections;
  readonly engine: Engine;
  readonly now: () => number;
}

/**
 * The life of the server process, as seen from outside.
 *
 * The port is held while it refuses: a loading vLLM has it bound (vLLM ≥ 0.6.3 binds before it builds the engine),
 * and for a dead one it keeps the system from giving the number to another program by chance.
 */
export class Life {
  state: LifeState = "down";
  #parts: LifeParts;
  #timer: NodeJS.Timeout | undefined;
  #waiting: PromiseWithResolvers<void>[] = [];
  /** Changes run one after the other: a port is never opened and held at once. */
  #last: Promise<void> = Promise.resolve();

  constructor(parts: LifeParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.#next(() => this.#open());
  }

  load(ms: number): Promise<void> {
    return this.#next(async () => {
      await this.#shut("loading", { cut: true });
      this.#timer = setTimeout(() => void this.#loaded(), ms);
    });
  }

  kill(): Promise<void> {
    return this.#next(() => this.#shut("down", { cut: true }));
  }

  refuse(): Promise<void> {
    return this.#next(() => this.#shut("down", { cut: false }));
  }

  /** Resolves as soon as the server listens, rejects when it cannot. */
  whenReady(): Promise<void> {
    if (this.state === "ready") return Promise.resolve();
    const waiting = Promise.withResolvers<void>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  close(): Promise<void> {
    return this.#next(async () => {
      clearTimeout(this.#timer);
      this.state = "down";
      this.#parts.connections.cutAll();
      await this.#parts.port.close();
    });
  }

  /** Like vLLM, finds out only after its whole load that another server has taken the port meanwhile. */
  async #loaded(): Promise<void> {
    try {
      // A kill that was asked for before the time was up wins.
      await this.#next(async () => {
        if (this.state === "loading") await this.#open();
      });
    } catch (error) {
      this.state = "down";
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    }
  }

  async #open(): Promise<void> {
    if (this.state === "ready") return;
    this.#parts.engine.restart(this.#parts.now());
    await this.#parts.port.listen();
    this.state = "ready";
    for (const waiting of this.#waiting.splice(0)) waiting.resolve();
  }

  async #shut(state: LifeState, { cut }: { cut: boolean }): Promise<void> {
    clearTimeout(this.#timer);
    this.state = state;
    const refused = this.#parts.port.refuse();
    if (cut) this.#parts.connections.cutAll();
    await refused;
  }

  #next(change: () => Promise<void>): Promise<void> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }
}
