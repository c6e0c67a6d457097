import type { IncomingMessage } from "node:http";
import type { Deadline, Deadlines } from "../upstream/deadlines.ts";
import type { BodyHold } from "./body-memory.ts";
import { freeNow } from "./free-now.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

/** Why there is no body. `scope`: whose memory is used up, that of all together or this holder's share of it. */
export type BodyFailure =
  | { readonly kind: "body_too_large"; readonly limit: number }
  | { readonly kind: "body_incomplete" }
  | { readonly kind: "body_memory"; readonly scope: "all" | "share"; readonly retryAfterS: number }
  | { readonly kind: "body_too_slow" };

/** One of the two is called, once; maybe before `receiveBody` returns. */
export interface BodyReceiver {
  /** The whole body. Its hold is the receiver's to release, once the body is not needed any more. */
  onBody(body: Buffer): void;
  /** Nothing is held any more. What still comes of the body is thrown away. */
  onBodyFailed(failure: BodyFailure): void;
}

export interface BodyTerms {
  readonly maxBytes: number;
  readonly hold: BodyHold;
  readonly deadlines: Pick<Deadlines, "add" | "delete" | "now">;
}

/** Bodies are held until the first byte of their answers, which takes seconds. */
const RETRY_AFTER_S = 2;

/** While memory is short, whoever brings less than 8 KiB/s for ten seconds gives way. */
const SLOW_SECONDS = 10;
const SLOW_BYTES = SLOW_SECONDS * 8 * 1024;
const LOOK_MS = 1_000;

/** Reads a request's body, bounded in size and memory. By callback: a promise for each request would cost more than the reading. */
export function receiveBody(incoming: IncomingMessage, terms: BodyTerms, receiver: BodyReceiver): void {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  const reading = new BodyReading(announced, terms, receiver);
  if (!reading.begin()) return;
  incoming.on("data", (chunk: Buffer) => reading.data(chunk));
  incoming.on("end", () => reading.end());
  // With and without an error: every request is closed in the end, those that were read too.
  const cut = () => reading.fail({ kind: "body_incomplete" });
  incoming.on("error", cut);
  incoming.on("close", cut);
}

class BodyReading implements Deadline {
  readonly #announced: number;
  readonly #terms: BodyTerms;
  readonly #receiver: BodyReceiver;
  readonly #body: GrowingBuffer;
  #ended = false;
  /** Since the body last brought enough: its length then, and how many looks ago. */
  #fromLength = 0;
  #looks = 0;
  expiresAt = 0;
  place = -1;

  constructor(announced: number, terms: BodyTerms, receiver: BodyReceiver) {
    this.#announced = announced;
    this.#terms = terms;
    this.#receiver = receiver;
    this.#body = new GrowingBuffer(announced);
  }

  /** False: refused by what it says of its length. */
  begin(): boolean {
    const { maxBytes, hold } = this.#terms;
    if (this.#announced > maxBytes) this.fail({ kind: "body_too_large", limit: maxBytes });
    else this.#granted(hold.check(this.#announced));
    return !this.#ended;
  }

  data(chunk: Buffer): void {
    if (this.#ended) {
      freeNow(chunk);
      return;
    }
    const { maxBytes, hold } = this.#terms;
    if (this.#body.length + chunk.length > maxBytes) {
      this.fail({ kind: "body_too_large", limit: maxBytes });
    } else if (this.#granted(hold.grow(chunk.length))) {
      // The first is kept as it is, and the others are copied behind it.
      const isCopied = this.#body.length > 0;
      this.#body.push(chunk);
      if (isCopied) freeNow(chunk);
      // Most bodies come whole with their head, and one that has brought nothing holds nothing.
      if (this.place === -1 && this.#body.length !== this.#announced) this.#lookLater();
    }
  }

  end(): void {
    if (!this.#ends()) return;
    this.#receiver.onBody(this.#body.take());
  }

  fail(failure: BodyFailure): void {
    if (!this.#ends()) return;
    this.#body.free();
    this.#terms.hold.release();
    this.#receiver.onBodyFailed(failure);
  }

  /** Counts looks instead of time: after a pause of the whole process, what came meanwhile is read after this. */
  onExpired(): void {
    this.#looks += 1;
    if (this.#body.length - this.#fromLength >= SLOW_BYTES) {
      this.#fromLength = this.#body.length;
      this.#looks = 0;
    }
    if (this.#looks >= SLOW_SECONDS && this.#terms.hold.contended) this.fail({ kind: "body_too_slow" });
    else this.#lookLater();
  }

  #lookLater(): void {
    const { deadlines } = this.#terms;
    this.expiresAt = deadlines.now() + LOOK_MS;
    deadlines.add(this);
  }

  #granted(grant: ReturnType<BodyHold["grow"]>): boolean {
    if (grant === "ok") return true;
    const scope = grant === "over_limit" ? "all" : "share";
    this.fail({ kind: "body_memory", scope, retryAfterS: RETRY_AFTER_S });
    return false;
  }

  /** True the first time. */
  #ends(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#terms.deadlines.delete(this);
    return true;
  }
}
