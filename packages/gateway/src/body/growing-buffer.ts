const EMPTY = Buffer.alloc(0);

/** Room for the first chunks of a body that did not say its length. */
const FIRST_BYTES = 4 * 1024;

/** A body that says its length gets room for all of it at once up to here. What is not written to yet is no memory, only addresses. */
const AHEAD_BYTES = 1024 * 1024;

/**
 * Collects chunks of any size into one buffer. Chunks are copied, never kept: each costs some 400 bytes beside its content,
 * so that a body in one-byte chunks would cost hundreds of times its length.
 */
export class GrowingBuffer {
  readonly #expected: number;
  #bytes: Buffer = EMPTY;
  #length = 0;
  #ours = false;

  /** `expected`: the length that was announced, in bytes; 0 where none was. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (this.#length === 0) {
      // Most bodies are one chunk, which needs no copy.
      this.#bytes = chunk;
      this.#ours = false;
    } else {
      if (length > this.#bytes.length || !this.#ours) this.#grow(length);
      this.#bytes.set(chunk, this.#length);
    }
    this.#length = length;
  }

  /** All of it, in one buffer. This one is empty afterwards. */
  take(): Buffer {
    const isFull = this.#bytes.length === this.#length;
    const bytes = isFull ? this.#bytes : this.#bytes.subarray(0, this.#length);
    this.#bytes = EMPTY;
    this.#length = 0;
    return bytes;
  }

  #grow(needed: number): void {
    const room = Math.max(2 * this.#length, FIRST_BYTES, Math.min(this.#expected, AHEAD_BYTES));
    const most = this.#expected === 0 ? Infinity : this.#expected;
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(room, most)));
    bytes.set(this.#bytes.subarray(0, this.#length));
    // Frees the old memory now: left to the collector, all sizes on the way would pile up to twice the body.
    if (this.#ours) (this.#bytes.buffer as ArrayBuffer).transfer(0);
    this.#bytes = bytes;
    this.#ours = true;
  }
}
