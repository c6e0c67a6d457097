import { EXIT, type HeldSocket, type LogLevel } from "@rollcall/runtime";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Taking } from "../generations/generation.ts";
import type { Held } from "../generations/held.ts";
import type { Counts } from "../observe/counts.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./message.ts";
import { ParentSettings } from "./parent-settings.ts";
import { Questions } from "./questions.ts";

/** Totals that take longer than this do not come: the parent itself waits no longer than a second for the others. */
const TOTALS_MS = 3_000;

export interface WorkerStart {
  readonly options: WorkerOptions;
  readonly source: ParentSettings;
  readonly orderedLogLevel: LogLevel | null;
}

/** A worker's end of the channel to its parent. */
export class ParentLink {
  readonly #begin = Promise.withResolvers<WorkerStart>();
  readonly #stop = Promise.withResolvers<"asked" | "orphaned" | Taking>();
  readonly #mayServe = Promise.withResolvers<void>();
  readonly #totals = new Map<number, (counts: Counts) => void>();
  readonly #elsewhere = new Map<number, (agoMs: number | null) => void>();
  readonly #explained = new Questions<RequestLookup | null>();
  #settings: ParentSettings | null = null;
  #questions = 0;
  #stopping = false;
  readonly start = this.#begin.promise;
  /** Resolves once older generations accept no more; to be waited for after `ready` was sent. */
  readonly mayServe = this.#mayServe.promise;
  /** How it is told what older generations hold. */
  hold: (held: Held) => void = () => {};
  /** Resolves when it is time to drain: the parent says so, or it is gone; or the next generation takes over. */
  readonly stopped = this.#stop.promise;
  /** How the parent's question for the counts is answered. */
  readCounts: (() => Promise<Counts>) | null = null;
  /** How the parent's question is answered when a server was heard of. */
  heardAgo: ((origin: string) => number) | null = null;
  /** How it is answered what is known of a request. */
  lookUp: ((requestId: string) => RequestLookup) | null = null;
  /** What to do where a level is ordered. */
  onLogLevel: ((level: LogLevel | null) => void) | null = null;

  constructor() {
    // Ctrl-C, a hang-up and systemd's stop reach every process: the parent's word is the one that counts, or it would
    // start again what it has not yet been told to end.
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR2"] as const) process.on(signal, () => {});
    process.on("message", (message) => this.#hear(message as ToWorker));
    process.once("disconnect", () => {
      // The parent died while we drained: exit now.
      if (this.#stopping) process.exit(EXIT.unclean);
      this.#stop.resolve("orphaned");
    });
  }

  /** Resolves once it has been handed over, with a listening socket where one is given. */
  send(message: FromWorker, socket?: HeldSocket): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected) process.send?.(message, socket as never, undefined, () => resolve());
      else resolve();
    });
  }

  /** What all workers have counted. */
  scrape(): Promise<Counts> {
    this.#questions += 1;
    const id = this.#questions;
    const totals = Promise.withResolvers<Counts>();
    const timer = setTimeout(() => totals.reject(new Error("the parent does not answer")), TOTALS_MS);
    this.#totals.set(id, totals.resolve);
    void this.send({ kind: "scrape", id });
    return totals.promise.finally(() => {
      clearTimeout(timer);
      this.#totals.delete(id);
    });
  }

  /** How many milliseconds ago the other workers heard of a server; null where one of them, or the parent, does not say. */
  heardElsewhere(origin: string): Promise<number | null> {
    this.#questions += 1;
    const id = this.#questions;
    const answer = Promise.withResolvers<number | null>();
    const timer = setTimeout(() => answer.resolve(null), TOTALS_MS);
    this.#elsewhere.set(id, answer.resolve);
    void this.send({ kind: "elsewhere", id, origin });
    return answer.promise.finally(() => {
      clearTimeout(timer);
      this.#elsewhere.delete(id);
    });
  }

  /** What all workers know of a request; null where the parent does not say. */
  explain(requestId: string): Promise<RequestLookup | null> {
    const timeout = new AbortController();
    const answer = this.#explained.ask((id) => {
      timeout.signal.addEventListener("abort", () => this.#explained.answer(id, null));
      void this.send({ kind: "explain", id, requestId });
    });
    const timer = setTimeout(() => timeout.abort(), TOTALS_MS);
    return answer.finally(() => clearTimeout(timer));
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case "start":
        this.#settings = new ParentSettings(message, () => void this.send({ kind: "refresh" }));
        this.#begin.resolve({
          options: message.options,
          source: this.#settings,
          orderedLogLevel: message.orderedLogLevel,
        });
        return;
      case "settings":
      case "status":
        this.#settings?.take(message);
        return;
      case "count":
        void this.readCounts?.().then((counts) => this.send({ kind: "counted", id: message.id, counts }));
        return;
      case "totals":
        this.#totals.get(message.id)?.(message.counts);
        return;
      case "listen": {
        const { id, origin } = message;
        void this.send({ kind: "heard", id, agoMs: this.heardAgo?.(origin) ?? Number.POSITIVE_INFINITY });
        return;
      }
      case "elsewhere":
        this.#elsewhere.get(message.id)?.(message.agoMs);
        return;
      case "hold":
        this.hold(message.held);
        this.#mayServe.resolve();
        return;
      case "hand_over": {
        const { door } = message;
        this.#stopping = true;
        this.#stop.resolve({ door, tell: (held) => void this.send({ kind: "held", held }) });
        return;
      }
      case "look_up": {
        const { id, requestId } = message;
        const lookup = this.lookUp?.(requestId);
        if (lookup !== undefined) void this.send({ kind: "looked_up", id, lookup });
        return;
      }
      case "explained":
        this.#explained.answer(message.id, message.lookup);
        return;
      case "log_level":
        this.onLogLevel?.(message.level);
        return;
      case "stop":
        this.#stopping = true;
        this.#stop.resolve("asked");
    }
  }
}
