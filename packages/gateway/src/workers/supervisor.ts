import type { Clock } from "@rollcall/contract";
import { EXIT, StartError, supervise, type Log, type RestartDecision } from "@rollcall/runtime";
import type { Counts } from "../observe/counts.ts";
import type { Held } from "../generations/held.ts";
import { lastHeard } from "./last-heard.ts";
import type { RequestLookup } from "../explain/request-explanation.ts";
import { lookUp } from "./look-up.ts";
import type { LogLevelMessage, SettingsMessage } from "./message.ts";
import { WorkerMetrics } from "./worker-metrics.ts";
import type { End, Worker } from "./worker-process.ts";

/** Where a worker is to sit and listen. */
export interface Launch {
  readonly index: number;
  readonly port: number;
  readonly scrape: () => Promise<Counts>;
  readonly heardElsewhere: (origin: string) => Promise<number | null>;
  readonly explain: (requestId: string) => Promise<RequestLookup>;
}

export interface SupervisorOptions {
  readonly count: number;
  /** 0: any free one. */
  readonly port: number;
  /** All may begin at once: the port is there, and nothing of it can stand in the way. */
  readonly together?: boolean;
  readonly launch: (where: Launch) => Worker;
  /** A worker has ended, as it was told to or not. */
  readonly ended?: (worker: Worker, index: number) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** A worker that leaves so many questions in a row unanswered hangs, and the kernel goes on handing it connections. */
const MISSED_ANSWERS = 3;

const MAX_CONSECUTIVE_CRASHES = 5;

/** Keeps the workers running. No traffic comes here: the kernel hands each connection to one of them. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running = new Map<number, Worker>();
  readonly #missed = new WeakMap<Worker, number>();
  readonly #metrics: WorkerMetrics;
  readonly #halt = new AbortController();
  readonly #gaveUp = Promise.withResolvers<void>();
  #keeping: readonly Promise<boolean>[] = [];
  #port: number;
  /** Resolves where a worker keeps crashing on start: then the rest is to be stopped. */
  readonly gaveUp = this.#gaveUp.promise;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#metrics = new WorkerMetrics(options.clock);
  }

  /** Resolves with the port once all of them listen. Throws StartError, with none left running, where one cannot. */
  async start(): Promise<number> {
    const indices = Array.from({ length: this.#options.count }, (_, index) => index);
    const [first, ...others] = indices;
    try {
      // The first alone: what stands in the way is then told once, and a free port is found for all.
      const begun = this.#begin(first ?? 0);
      if (this.#options.together !== true) this.#port = await begun;
      const beside = others.map((index) => this.#begin(index));
      this.#port = await begun;
      await Promise.all(beside);
    } catch (fault) {
      const left = [...this.#running.values()];
      for (const worker of left) worker.stop();
      await Promise.all(left.map(({ ended }) => ended));
      throw fault;
    }
    this.#keeping = [...this.#running].map(([index, worker]) => this.#keep(index, worker));
    return this.#port;
  }

  get pids(): readonly number[] {
    return [...this.#running].toSorted(([a], [b]) => a - b).map(([, { pid }]) => pid);
  }

  configure(message: SettingsMessage | LogLevelMessage): void {
    for (const worker of this.#running.values()) worker.configure(message);
  }

  /** Tells the worker in this place what older generations hold. */
  hold(index: number, held: Held): void {
    this.#running.get(index)?.hold(held);
  }

  /** To be called at intervals: keeps what the workers have counted, should they crash, and kills those that hang. */
  async checkWorkers(): Promise<void> {
    const asked = [...this.#running].filter(([, { listens }]) => listens);
    const answered = await this.#metrics.ask(this.#running);
    for (const [index, worker] of asked) {
      const missed = answered.has(index) ? 0 : (this.#missed.get(worker) ?? 0) + 1;
      this.#missed.set(worker, missed);
      if (missed < MISSED_ANSWERS) continue;
      this.#options.log.error({ worker: index + 1, pid: worker.pid }, "worker unresponsive; killing it");
      worker.kill();
    }
  }

  /** All drain; resolves with one exit code for all. */
  stop(): Promise<number> {
    return this.#end((worker) => worker.stop());
  }

  /** All drain, and the next generation takes late requests at this door; resolves with one exit code for all. */
  handOver(door: string): Promise<number> {
    return this.#end((worker) => worker.handOver(door));
  }

  get indices(): readonly number[] {
    return [...this.#running.keys()];
  }

  async #end(tell: (worker: Worker) => void): Promise<number> {
    this.#halt.abort();
    for (const worker of this.#running.values()) tell(worker);
    const clean = await Promise.all(this.#keeping);
    return clean.every(Boolean) ? EXIT.ok : EXIT.unclean;
  }

  #launch(index: number): Worker {
    const scrape = () => this.#metrics.sum(this.#running);
    const heardElsewhere = (origin: string) => this.#heardElsewhere(index, origin);
    const explain = (requestId: string) =>
      lookUp([...this.#running.values()], requestId, this.#options.clock);
    const worker = this.#options.launch({ index, port: this.#port, scrape, heardElsewhere, explain });
    this.#running.set(index, worker);
    return worker;
  }

  #heardElsewhere(asking: number, origin: string): Promise<number | null> {
    const others = [...this.#running].flatMap(([index, worker]) => (index === asking ? [] : [worker]));
    return lastHeard(others, origin, this.#options.clock);
  }

  async #begin(index: number): Promise<number> {
    const worker = this.#launch(index);
    const port = await worker.started;
    if (port !== null) return port;
    const end = await worker.ended;
    throw end.refusal ?? new StartError(`worker ${index + 1} ended before it listened (${printEnd(end)})`);
  }

  /** Resolves once it is not to run any more; false where it had to cut requests off, or was given up. */
  async #keep(index: number, first: Worker): Promise<boolean> {
    const run = async (restarts: number) => {
      const worker = restarts === 0 ? first : this.#again(index);
      const end = await worker.ended;
      this.#options.ended?.(worker, index);
      this.#running.delete(index);
      this.#metrics.ended(index);
      return end;
    };
    const crashed = (end: End, decision: RestartDecision) => this.#logCrash(index, { end, decision });
    const { clock } = this.#options;
    const outcome = await supervise(
      { run, crashed, giveUpAt: (end) => this.#giveUpAt(end) },
      clock,
      this.#halt.signal,
    );
    if (outcome.kind === "stopped") return outcome.end === null || outcome.end.code === EXIT.ok;
    this.#gaveUp.resolve();
    return false;
  }

  /** One that refuses to start, as with a config that has errors, may start once they are mended: while others serve it is tried on. */
  #giveUpAt({ refusal }: End): number {
    const othersServe = [...this.#running.values()].some(({ listens }) => listens);
    return refusal !== null && othersServe ? Number.POSITIVE_INFINITY : MAX_CONSECUTIVE_CRASHES;
  }

  #again(index: number): Worker {
    const worker = this.#launch(index);
    this.#metrics.restarted();
    void worker.started.then((port) => {
      if (port !== null) this.#options.log.info({ worker: index + 1, pid: worker.pid }, "worker restarted");
    });
    return worker;
  }

  #logCrash(index: number, { end, decision }: { end: End; decision: RestartDecision }): void {
    const { log } = this.#options;
    const facts = { worker: index + 1, ended: printEnd(end) };
    if (decision.kind === "give_up") {
      const crashes = decision.consecutiveCrashes;
      log.error({ ...facts, crashes }, "worker keeps crashing on start; shutting down");
      return;
    }
    const restart = { ...facts, restartInMs: decision.afterMs };
    if (end.refusal === null) log.error(restart, "worker exited; restarting it");
    // The complaint quotes the config, and a log line holds no hosts or names.
    else log.error(restart, "worker cannot start; run `rollcall check` to see why");
  }
}

function printEnd({ code, signal }: End): string {
  return signal ?? (code === null ? "not started" : `exit ${code}`);
}
