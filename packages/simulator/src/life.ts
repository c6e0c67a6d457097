import type { Connections } from "./http/connections.ts";
import type { Port } from "./http/port.ts";
import type { Engine, Stage } from "./vllm/engine.ts";

/** `ready` and `starting` listen, the other two refuse. `loading` and `starting` end by themselves. */
export type LifeState = "ready" | "starting" | "loading" | "down";

/**
 * What is seen of a load: refused connections, or a server that listens already and answers as its kind does then.
 * Kinds that only listen when all is loaded are refused either way. `listed` = as `starting`, with /v1/models 200
 * from llama.cpp, as its versions of 2025 have it.
 */
export type LoadAs = "refused" | "starting" | "listed";

export const LOAD_AS: readonly LoadAs[] = ["refused", "starting", "listed"];

export interface LifeParts {
  readonly port: Port;
  readonly connections: Connections;
  readonly engine: Engine;
  readonly listensWhileLoading: boolean;
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

  load(ms: number, as: LoadAs): Promise<void> {
    return this.#next(async () => {
      if (as !== "refused" && this.#parts.listensWhileLoading) await this.#listenAnew("starting", as);
      else await this.#shut("loading", { cut: true });
      this.#timer = setTimeout(() => void this.#loaded(), ms);
    });
  }

  /** Another process in its place between two looks: nobody sees a refused connection. */
  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#listenAnew("ready", "serving");
      this.#announce();
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
        if (this.state === "loading" || this.state === "starting") await this.#open();
      });
    } catch (error) {
      this.state = "down";
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    }
  }

  async #open(): Promise<void> {
    if (this.state === "ready") return;
    clearTimeout(this.#timer);
    if (this.state !== "starting") this.#parts.engine.restart(this.#parts.now());
    await this.#parts.port.listen();
    this.state = "ready";
    this.#parts.engine.loaded();
    this.#announce();
  }

  async #listenAnew(state: "ready" | "starting", stage: Stage): Promise<void> {
    clearTimeout(this.#timer);
    this.#parts.connections.cutAll();
    this.#parts.engine.restart(this.#parts.now(), stage);
    await this.#parts.port.listen();
    this.state = state;
  }

  #announce(): void {
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
