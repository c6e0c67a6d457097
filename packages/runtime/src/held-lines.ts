/** Whatever takes finished lines. */
export interface LineSink {
  write(lines: string): unknown;
}

/** A system call for each line would cost more than the line. */
const HELD_BYTES = 8 * 1024;
const HELD_MS = 200;

/** Passes lines on by the batch: when there are enough of them, after a moment, or when told to. */
export class HeldLines implements LineSink {
  readonly #sink: LineSink;
  #lines: string[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size >= HELD_BYTES) this.flush();
    // Nobody stays alive for it: what is held at the end is flushed by whoever ends.
    else this.#timer ??= setTimeout(() => this.flush(), HELD_MS).unref();
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
