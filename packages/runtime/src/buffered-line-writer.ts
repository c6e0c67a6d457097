/** Whatever takes finished lines. */
export interface LineSink {
  write(lines: string): unknown;
}

/** A system call for each line would cost more than the line. A pipe takes so much (PIPE_BUF) in one piece, or other writers come between. */
const BATCH_BYTES = 4_096;
const MAX_DELAY_MS = 200;

/** Writes lines by the batch: when there are enough of them, after a moment, or when flushed. */
export class BufferedLineWriter implements LineSink {
  readonly #sink: LineSink;
  #lines: string[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#size + bytes > BATCH_BYTES) this.flush();
    this.#lines.push(line);
    this.#size += bytes;
    // It keeps no process alive: whoever ends flushes.
    this.#timer ??= setTimeout(() => this.flush(), MAX_DELAY_MS).unref();
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#size === 0) return;
    const lines = this.#lines.join("");
    this.#lines = [];
    this.#size = 0;
    this.#sink.write(lines);
  }
}
