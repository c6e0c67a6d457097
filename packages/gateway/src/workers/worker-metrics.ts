import type { Clock } from "@rollcall/contract";
import { Counter, Gauge, Registry } from "prom-client";
import { readCounts, type Counts } from "../observe/counts.ts";
import { Totals } from "./totals.ts";
import type { Worker } from "./worker-process.ts";

/** A worker that has not answered by then is left out: a scrape has its own time. */
const ANSWER_MS = 1_000;

/** One page for all workers, whichever of them is asked. */
export class WorkerMetrics {
  readonly #clock: Clock;
  readonly #totals = new Totals();
  readonly #registry = new Registry();
  readonly #workers: Gauge;
  readonly #restarts: Counter;

  constructor(clock: Clock) {
    this.#clock = clock;
    const registers = [this.#registry];
    this.#workers = new Gauge({
      name: "rollcall_gateway_workers",
      help: "Worker processes that accept connections.",
      registers,
    });
    this.#restarts = new Counter({
      name: "rollcall_gateway_worker_restarts_total",
      help: "Worker processes restarted after a crash.",
      registers,
    });
  }

  restarted(): void {
    this.#restarts.inc();
  }

  /** What the worker has counted up to its last answer stays in the totals. */
  ended(index: number): void {
    this.#totals.retire(index);
  }

  /** What all of them have counted. */
  async sum(running: ReadonlyMap<number, Worker>): Promise<Counts> {
    const answered = await this.ask(running);
    this.#workers.set([...running.values()].filter(({ listens }) => listens).length);
    return this.#totals.sum(answered, await readCounts(this.#registry));
  }

  /** Keeps what they have counted; resolves with those that have answered in time. */
  async ask(running: ReadonlyMap<number, Worker>): Promise<ReadonlySet<number>> {
    const answered = new Set<number>();
    const enough = new AbortController();
    const asking = [...running].map(async ([index, worker]) => {
      const counts = await worker.count();
      // Its place may be another's by now.
      if (counts === null || running.get(index) !== worker) return;
      this.#totals.record(index, counts);
      answered.add(index);
    });
    await Promise.race([Promise.all(asking), this.#clock.sleep(ANSWER_MS, enough.signal)]);
    enough.abort();
    // Those that come later come too late for this caller.
    return new Set(answered);
  }
}
