import { randomFillSync } from "node:crypto";

/** Drawn at once; few, since an id that is kept keeps the text that it was cut from. */
const DRAWN = Buffer.alloc(384);

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;

/** Random ids in hexadecimal, never all zeros (W3C Trace Context, section 3.2.2). */
export class TraceIds {
  #digits = "";
  #at = 0;

  trace(): string {
    return this.#take(TRACE_DIGITS);
  }

  span(): string {
    return this.#take(SPAN_DIGITS);
  }

  #take(digits: number): string {
    if (this.#at + digits > this.#digits.length) {
      this.#digits = randomFillSync(DRAWN).toString("hex");
      this.#at = 0;
    }
    this.#at += digits;
    const id = this.#digits.slice(this.#at - digits, this.#at);
    return /[^0]/.test(id) ? id : this.#take(digits);
  }
}
