import { setTimeout as sleep } from "node:timers/promises";
import type { Connections } from "./http/connections.ts";
import type { Port } from "./http/port.ts";
import type { RequestLog } from "./request-log.ts";
import type { Engine, EngineEnd, Stage } from "./vllm/engine.ts";

/**
 * `ready`, `starting` and `ending` listen, the other two refuse. `loading`, `starting` and `ending` end by themselves:
 * `ending` is an API server that has lost its engine, and goes down next.
 */
export type LifeState = "ready" | "starting" | "loading" | "ending" | "down";

/**
 * What is seen of a load: refused connections, or a server that listens already and answers as its kind does then.
 * Kinds that only listen when all is loaded are refused either way. `listed` = as `starting`, with /v1/models 200
 * from llama.cpp, as its versions of 2025 have it.
 */
export type LoadAs = "refused" | "starting" | "listed";

export const LOAD_AS: readonly LoadAs[] = ["refused", "starting", "listed"];

/** How SIGTERM ends the requests under way: told that they are aborted, or told nothing at all. */
export type TerminateAs = "aborted" | "silent";

export const TERMINATE_AS: readonly TerminateAs[] = ["aborted", "silent"];

export interface TerminateOptions {
  /** Default "aborted". */
  as?: TerminateAs;
  /** Until connections are refused. Default 250. */
  refuseAfterMs?: number;
  /** Until silent streams are cut at last. Default 60,000. */
  silentMs?: number;
}

/** So long some streams of a real vLLM stayed open without a word. */
const SILENT_MS = 60_000;

/** What a port still answers after its engine has died: 250 to 400 ms were seen. */
const REFUSE_AFTER_MS = 300;

export interface LifeParts {
  readonly port: Port;
  readonly connections: Connections;
  readonly engine: Engine;
  readonly seen: RequestLog;
  readonly listensWhileLoading: boolean;
  readonly silentOnTerminateMs: number | undefined;
  readonly now: () => number;
}

interface Exit {
  readonly refuseAfterMs: number;
  /** Undefined = with the last request. */
  readonly exitAfterMs: number | undefined;
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

  /**
   * SIGTERM as vLLM takes it: the engine goes first, and with it every request; the port answers for a moment longer,
   * new requests with 500. Resolves once connections are refused; the process ends with its last request.
   */
  terminate({ as = "aborted", refuseAfterMs = 250, silentMs }: TerminateOptions = {}): Promise<void> {
    const { silentOnTerminateMs } = this.#parts;
    if (silentOnTerminateMs !== undefined)
      return this.#endEngine("silent", { refuseAfterMs: 0, exitAfterMs: silentMs ?? silentOnTerminateMs });
    const exitAfterMs = as === "silent" ? (silentMs ?? SILENT_MS) : undefined;
    return this.#endEngine(as, { refuseAfterMs, exitAfterMs });
  }

  /** The engine crashes: every request under way is told, /health is 503 for a moment, then the process ends. */
  crashEngine(refuseAfterMs = REFUSE_AFTER_MS): Promise<void> {
    return this.#endEngine("dead", { refuseAfterMs, exitAfterMs: undefined });
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

  #endEngine(end: EngineEnd, { refuseAfterMs, exitAfterMs }: Exit): Promise<void> {
    return this.#next(async () => {
      if (this.state !== "ready") return;
      const { engine, seen, connections } = this.#parts;
      this.state = "ending";
      engine.end(end);
      await sleep(refuseAfterMs);
      await this.#shut("down", { cut: false });
      if (exitAfterMs !== undefined) this.#timer = setTimeout(() => connections.cutAll(), exitAfterMs);
      // uvicorn waits for its connections without a limit.
      else void seen.whenIdle().then(() => this.#exit());
    });
  }

  /** Unless it has been started anew meanwhile. */
  #exit(): void {
    if (this.state === "down") this.#parts.connections.cutAll();
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
