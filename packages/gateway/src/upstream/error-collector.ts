import type { ErrorAnswerRead } from "./classify-answer.ts";

/** An error page is read so far, to be understood. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Gathers the body of an answer that is an error. */
export class ErrorCollector {
  readonly #status: number;
  readonly #retryAfter: string | null;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(status: number, retryAfter: string | null) {
    this.#status = status;
    this.#retryAfter = retryAfter;
  }

  /** True: that is enough, the rest need not be read. */
  add(piece: Buffer): boolean {
    this.#pieces.push(piece);
    this.#size += piece.length;
    return this.#size >= MAX_ERROR_BYTES;
  }

  read(): ErrorAnswerRead {
    const body = Buffer.concat(this.#pieces).toString("utf8");
    return { status: this.#status, body, retryAfter: this.#retryAfter };
  }
}
