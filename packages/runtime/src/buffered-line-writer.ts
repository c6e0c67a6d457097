/** Whatever takes finished lines. */
export interface LineSink {
  write(lines: string): unknown;
}

/** A system call for each line would cost more than the line. A pipe takes so much (PIPE_BUF) in one piece, or other writers come between. */
const HELD_BYTES = 4_096;
const HELD_MS = 200;

/** Passes lines on by the batch: when there are enough of them, after a moment, or when told to. */
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
    if (this.#size + bytes > HELD_BYTES) this.flush();
    this.#lines.push(line);
    this.#size += bytes;
    // Nobody stays alive for it: what is held at the end is flushed by whoever ends.
    this.#timer ??= setTimeout(() => this.flush(), HELD_MS).unref();
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
