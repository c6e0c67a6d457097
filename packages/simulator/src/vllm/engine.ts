/** vLLM's finish reasons; the last three are outside of OpenAI's list. */
export type FinishReason = "stop" | "length" | "abort" | "error" | "repetition";

export const FINISH_REASONS: readonly FinishReason[] = ["stop", "length", "abort", "error", "repetition"];

/** What the engine counts from its start. */
export interface EngineCounts {
  running: number;
  waiting: number;
  promptTokens: number;
  generationTokens: number;
  /** Engine steps. */
  iterations: number;
  preemptions: number;
  finished: Record<FinishReason, number>;
}

type Place = "running" | "waiting" | "gone";

/** One request inside the engine. */
export class Run {
  #counts: EngineCounts;
  #place: Place;
  #onMoved: () => void;
  readonly tokens = { input: 0, output: 0 };
  /** Ended as a model ends, and not by an abort or a fault. */
  isWhole = false;

  constructor(counts: EngineCounts, place: "running" | "waiting", onMoved: () => void) {
    this.#counts = counts;
    this.#place = place;
    this.#onMoved = onMoved;
    counts[place] += 1;
  }

  get isWaiting(): boolean {
    return this.#place === "waiting";
  }

  /** Takes the request off the GPU, as a paused or blocked scheduler does. */
  queue(): void {
    this.#move("waiting");
  }

  admit(): void {
    this.#move("running");
  }

  prefilled(tokens: number): void {
    this.tokens.input += tokens;
    this.#counts.promptTokens += tokens;
    this.#counts.iterations += 1;
  }

  generated(tokens: number): void {
    this.tokens.output += tokens;
    this.#counts.generationTokens += tokens;
    this.#counts.iterations += tokens;
  }

  /** The first end counts: a client that leaves after the last token changes nothing. */
  end(reason: FinishReason): void {
    if (this.#place === "gone") return;
    this.#move("gone");
    this.isWhole = reason === "stop" || reason === "length";
    this.#counts.finished[reason] += 1;
  }

  #move(to: Place): void {
    if (this.#place === "gone") return;
    this.#counts[this.#place] -= 1;
    if (to !== "gone") this.#counts[to] += 1;
    this.#place = to;
    this.#onMoved();
  }
}

/**
 * How the engine ended under its requests: "aborted" and "silent" by SIGTERM, whose aborts reach the API server or do
 * not, "dead" by a crash.
 */
export type EngineEnd = "aborted" | "silent" | "dead";

/**
 * How far a server is that listens while it loads. `listed` is as `starting`, with /v1/models already answered by
 * those kinds that once did so (llama.cpp of 2025).
 */
export type Stage = "starting" | "listed" | "serving";

/** The load and the counters behind /metrics. A restart begins them anew; old runs keep their old counters. */
export class Engine {
  counts: EngineCounts = zero();
  /** Wall clock in milliseconds. */
  startedAt: number;
  /** Requests that run at once; the others wait (--max-num-seqs). */
  #capacity: number;
  #queue: Run[] = [];
  #stage: Stage = "serving";
  #ended: EngineEnd | undefined;
  #onChange = new Set<() => void>();
  #onRestart: (() => void) | undefined;
  #frozen: EngineCounts | undefined;

  constructor(now: number, capacity = Infinity) {
    this.startedAt = now;
    this.#capacity = capacity;
  }

  /** What /metrics shows: the engine pushes its numbers, so those of a wedged one stand still. */
  get shown(): EngineCounts {
    return this.#frozen ?? this.counts;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** What an engine shows that nothing ever reached. */
  get idle(): EngineCounts {
    return zero();
  }

  freeze(frozen: boolean): void {
    this.#frozen = frozen ? structuredClone(this.counts) : undefined;
  }

  /** Undefined while it lives. */
  get ended(): EngineEnd | undefined {
    return this.#ended;
  }

  restart(now: number, stage: Stage = "serving"): void {
    this.counts = zero();
    this.startedAt = now;
    this.#stage = stage;
    this.#ended = undefined;
    this.#queue = [];
    this.#onRestart?.();
  }

  /** Calls back when all that the process had counted is gone. */
  onRestart(listener: () => void): void {
    this.#onRestart = listener;
  }

  loaded(): void {
    this.#stage = "serving";
    this.#announce();
  }

  end(how: EngineEnd): void {
    this.#ended = how;
    this.#announce();
  }

  /** Calls back when a request is admitted or ends, the model is loaded or the engine ends, until it is left. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  begin(): Run {
    const { counts } = this;
    const run: Run = new Run(counts, counts.running < this.#capacity ? "running" : "waiting", () => {
      if (counts === this.counts) this.#schedule();
    });
    if (run.isWaiting) this.#queue.push(run);
    return run;
  }

  #schedule(): void {
    if (this.#queue.length === 0) return;
    this.#queue = this.#queue.filter((run) => run.isWaiting);
    const next = this.counts.running < this.#capacity ? this.#queue.shift() : undefined;
    if (next === undefined) return;
    next.admit();
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#onChange) listener();
  }
}

function zero(): EngineCounts {
  return {
    running: 0,
    waiting: 0,
    promptTokens: 0,
    generationTokens: 0,
    iterations: 0,
    preemptions: 0,
    finished: { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 },
  };
}
