import { freeNow } from "./free-now.ts";

const EMPTY = Buffer.alloc(0);

/** Room for the first chunks of a body that did not say its length. */
const FIRST_BYTES = 4 * 1024;

/** A body that says its length gets room for all of it at once up to here. What is not written to yet is no memory, only addresses. */
const AHEAD_BYTES = 1024 * 1024;

/** Once this part of it has come, the rest will: it gets room for all of it. */
const ALL_FROM_PART = 8;

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

  /** None of it is wanted. */
  free(): void {
    freeNow(this.#bytes);
    this.#bytes = EMPTY;
    this.#length = 0;
  }

  /** In few steps: memory that was freed between what is in use is not always given back to the system. */
  #room(): number {
    const doubled = Math.max(2 * this.#length, FIRST_BYTES);
    if (this.#expected === 0) return doubled;
    const isUnderWay = this.#length * ALL_FROM_PART >= this.#expected;
    return isUnderWay ? this.#expected : Math.min(this.#expected, Math.max(doubled, AHEAD_BYTES));
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, this.#room()));
    bytes.set(this.#bytes.subarray(0, this.#length));
    if (this.#ours) freeNow(this.#bytes);
    this.#bytes = bytes;
    this.#ours = true;
  }
}
