import { StructureSearch } from "./structure-search.ts";

/** Bytes in which some ranges are replaced, from left to right. What stays is never copied. */
export class ByteEdits {
  readonly bytes: Buffer;
  #search: StructureSearch | null = null;
  #parts: Buffer[] = [];
  /** Up to here all is kept in `#parts`, or left out. */
  #done: number;

  constructor(bytes: Buffer, from = 0) {
    this.bytes = bytes;
    this.#done = from;
  }

  get search(): StructureSearch {
    this.#search ??= new StructureSearch(this.bytes);
    return this.#search;
  }

  keepTo(at: number): void {
    if (at <= this.#done) return;
    const whole = this.#done === 0 && at === this.bytes.length;
    this.#parts.push(whole ? this.bytes : this.bytes.subarray(this.#done, at));
    this.#done = at;
  }

  insert(text: Buffer): void {
    this.#parts.push(text);
  }

  leaveOutTo(at: number): void {
    this.#done = at;
  }

  /** What came of the bytes up to `at`, since the last time. */
  take(at: number): Buffer[] {
    this.keepTo(at);
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}
