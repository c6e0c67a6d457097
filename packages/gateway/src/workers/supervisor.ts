import type { Clock } from "@rollcall/contract";
import { EXIT, StartError, type Log } from "@rollcall/runtime";
import { afterDeath, type AfterDeath } from "./after-death.ts";
import type { SettingsMessage } from "./message.ts";
import { WorkerMetrics } from "./worker-metrics.ts";
import type { End, Worker } from "./worker-process.ts";

/** Where a worker is to sit and listen. */
export interface Launch {
  readonly index: number;
  readonly port: number;
  readonly scrape: () => Promise<string>;
}

export interface SupervisorOptions {
  readonly count: number;
  /** 0: any free one. */
  readonly port: number;
  readonly launch: (where: Launch) => Worker;
  readonly clock: Clock;
  readonly log: Log;
}

/** A worker that has left so many looks in a row unanswered hangs: the kernel goes on handing it connections. */
const MISSED_LOOKS = 3;

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
  /** Resolves where a worker dies at once, again and again: then the rest is to be stopped. */
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
      this.#port = await this.#begin(first ?? 0);
      await Promise.all(others.map((index) => this.#begin(index)));
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

  configure(message: SettingsMessage): void {
    for (const worker of this.#running.values()) worker.configure(message);
  }

  /** To be called now and then: keeps what the workers have counted, should they die, and ends those that hang. */
  async look(): Promise<void> {
    const asked = [...this.#running].filter(([, { listens }]) => listens);
    const answered = await this.#metrics.ask(this.#running);
    for (const [index, worker] of asked) {
      const missed = answered.has(index) ? 0 : (this.#missed.get(worker) ?? 0) + 1;
      this.#missed.set(worker, missed);
      if (missed < MISSED_LOOKS) continue;
      this.#options.log.error({ worker: index + 1, pid: worker.pid }, "worker hangs: it is ended");
      worker.kill();
    }
  }

  /** All drain; resolves with one exit code for all. */
  async stop(): Promise<number> {
    this.#halt.abort();
    for (const worker of this.#running.values()) worker.stop();
    const clean = await Promise.all(this.#keeping);
    return clean.every(Boolean) ? EXIT.ok : EXIT.unclean;
  }

  #launch(index: number): Worker {
    const scrape = () => this.#metrics.print(this.#running);
    const worker = this.#options.launch({ index, port: this.#port, scrape });
    this.#running.set(index, worker);
    return worker;
  }

  async #begin(index: number): Promise<number> {
    const worker = this.#launch(index);
    const port = await worker.started;
    if (port !== null) return port;
    const end = await worker.ended;
    throw end.refusal ?? new StartError(`worker ${index + 1} ended before it listened (${printEnd(end)})`);
  }

  /** Resolves once it is not to run any more; false where it had to cut requests off. */
  async #keep(index: number, first: Worker): Promise<boolean> {
    const { clock } = this.#options;
    let streak = 0;
    for (let worker = first; ; worker = this.#again(index)) {
      const startedAt = clock.monotonic();
      const end = await worker.ended;
      this.#running.delete(index);
      this.#metrics.ended(index);
      if (this.#halt.signal.aborted) return end.code === EXIT.ok;
      const next = afterDeath({
        ranMs: clock.monotonic() - startedAt,
        streak,
        refused: end.refusal !== null,
        othersServe: [...this.#running.values()].some(({ listens }) => listens),
      });
      this.#tell(index, { end, next });
      if (next.kind === "give_up") {
        this.#gaveUp.resolve();
        return false;
      }
      streak = next.streak;
      await clock.sleep(next.afterMs, this.#halt.signal);
      if (this.#halt.signal.aborted) return true;
    }
  }

  #again(index: number): Worker {
    const worker = this.#launch(index);
    this.#metrics.restarted();
    void worker.started.then((port) => {
      if (port !== null) this.#options.log.info({ worker: index + 1, pid: worker.pid }, "worker runs again");
    });
    return worker;
  }

  #tell(index: number, { end, next }: { end: End; next: AfterDeath }): void {
    const { log } = this.#options;
    const facts = { worker: index + 1, ended: printEnd(end) };
    if (next.kind === "give_up") {
      log.error({ ...facts, times: next.streak }, "worker dies at once, again and again: the gateway ends");
    } else if (end.refusal === null) {
      log.error({ ...facts, againInMs: next.afterMs }, "worker ended: it is started again");
    } else {
      // The complaint quotes the config, and a log line holds no hosts or names.
      log.error({ ...facts, againInMs: next.afterMs }, "worker cannot start: `rollcall check` says why");
    }
  }
}

function printEnd({ code, signal }: End): string {
  return signal ?? (code === null ? "not started" : `exit ${code}`);
}
