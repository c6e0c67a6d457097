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

/** One request inside the engine. */
export class Run {
  #counts: EngineCounts;
  #place: "running" | "waiting" | "gone" = "running";

  constructor(counts: EngineCounts) {
    this.#counts = counts;
    counts.running += 1;
  }

  /** Takes the request off the GPU, as a paused or blocked scheduler does. */
  queue(): void {
    this.#move("waiting");
  }

  admit(): void {
    this.#move("running");
  }

  prefilled(tokens: number): void {
    this.#counts.promptTokens += tokens;
    this.#counts.iterations += 1;
  }

  generated(tokens: number): void {
    this.#counts.generationTokens += tokens;
    this.#counts.iterations += tokens;
  }

  /** The first end counts: a client that leaves after the last token changes nothing. */
  end(reason: FinishReason): void {
    if (this.#place === "gone") return;
    this.#move("gone");
    this.#counts.finished[reason] += 1;
  }

  #move(to: "running" | "waiting" | "gone"): void {
    if (this.#place === "gone") return;
    this.#counts[this.#place] -= 1;
    if (to !== "gone") this.#counts[to] += 1;
    this.#place = to;
  }
}

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
  #stage: Stage = "serving";
  #onServing = new Set<() => void>();
  #frozen: EngineCounts | undefined;

  constructor(now: number) {
    this.startedAt = now;
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

  restart(now: number, stage: Stage = "serving"): void {
    this.counts = zero();
    this.startedAt = now;
    this.#stage = stage;
  }

  loaded(): void {
    this.#stage = "serving";
    for (const listener of this.#onServing) listener();
  }

  /** Calls back once the model is loaded, until the returned function is called. */
  onServing(listener: () => void): () => void {
    this.#onServing.add(listener);
    return () => this.#onServing.delete(listener);
  }

  begin(): Run {
    return new Run(this.counts);
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
