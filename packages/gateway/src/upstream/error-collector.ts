import type { ErrorAnswerRead } from "./classify-answer.ts";
import { headerOf, type ResponseHead } from "./http1/response-head.ts";

/** So much of an error is read, to be understood: one that quotes an image is long. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** Gathers the body of an answer that is an error. */
export class ErrorCollector {
  readonly #head: Omit<ErrorAnswerRead, "body">;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(head: ResponseHead) {
    const [retryAfter = null, location = null] = [headerOf(head, "retry-after"), headerOf(head, "location")];
    this.#head = { status: head.status, retryAfter, location };
  }

  /** True: that is enough, the rest need not be read. */
  add(piece: Buffer): boolean {
    this.#pieces.push(piece);
    this.#size += piece.length;
    return this.#size >= MAX_ERROR_BYTES;
  }

  read(): ErrorAnswerRead {
    return { ...this.#head, body: Buffer.concat(this.#pieces).toString("utf8") };
  }
}
