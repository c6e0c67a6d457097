import type { Deadline, Deadlines } from "./deadlines.ts";
import type { UpstreamRequest } from "./http1/request-bytes.ts";
import type { ResponseHead } from "./http1/response-head.ts";
import type { ResponseSink, Sending } from "./http1/sending.ts";
import type { Transport } from "./transport.ts";

export interface Asking {
  readonly transport: Transport;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;
  /** A longer answer is as good as none. */
  readonly maxBytes: number;
}

/** The body of a 200, or null: what else came, or nothing in time, makes no difference to who asks. */
export function askOnce(origin: string, request: UpstreamRequest, asking: Asking): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const answer = new WholeAnswer(asking, resolve);
    answer.begin(asking.transport.send(origin, request, answer));
  });
}

/** One answer, read to its end. It is nobody's evidence: whoever asks has another way. */
class WholeAnswer implements ResponseSink, Deadline {
  readonly expiresAt: number;
  place = -1;
  readonly #asking: Asking;
  readonly #resolve: (body: Buffer | null) => void;
  readonly #parts: Buffer[] = [];
  #size = 0;
  #sending: Sending | null = null;
  #ended = false;

  constructor(asking: Asking, resolve: (body: Buffer | null) => void) {
    this.#asking = asking;
    this.#resolve = resolve;
    this.expiresAt = asking.deadlines.now() + asking.timeoutMs;
    asking.deadlines.add(this);
  }

  begin(sending: Sending): void {
    this.#sending = sending;
  }

  head({ status }: ResponseHead): void {
    if (status !== 200) this.#giveUp();
  }

  data(piece: Buffer): void {
    if (this.#ended) return;
    this.#size += piece.length;
    if (this.#size > this.#asking.maxBytes) this.#giveUp();
    else this.#parts.push(piece);
  }

  end(): void {
    this.#end(Buffer.concat(this.#parts));
  }

  fail(): void {
    this.#end(null);
  }

  onExpired(): void {
    this.#giveUp();
  }

  #giveUp(): void {
    if (this.#ended) return;
    this.#end(null);
    this.#sending?.abort();
  }

  #end(body: Buffer | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#asking.deadlines.delete(this);
    this.#resolve(body);
  }
}
