import {
  flushAll,
  joined,
  transformAll,
  transformWhole,
  type BodyTransform,
} from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { flushLater, type Flushable } from "../write-batch.ts";
import { endOfText, finishIn, startOfText } from "./answer-marks.ts";
import { endedEarly, type Downstream, type ReadError, type Relay, type RelayResult } from "./relay.ts";

/** Up to here an answer is held back whole: a backend that dies in the middle of it costs the app nothing. */
const WHOLE_BYTES = 1024 * 1024;

/** Up to here an answer leaves as text, joined to its head. */
const SHORT_BYTES = 8 * 1024;

/** Where a JSON text begins and ends. */
const OPENING: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number | undefined> = new Set([0x7d, 0x5d]);

/** What is played while it comes, so that it is not held back. */
const MEDIA = /^(?:audio|video)\/|^application\/octet-stream\b/i;

/**
 * An answer that is no stream of events: small ones leave in one piece with their length, large ones flow. Where the endpoint
 * has no JSON with a name in it (text, sound), the bytes are not looked into.
 */
export class BodyRelay implements Relay, Flushable {
  readonly #down: Downstream;
  readonly #transforms: readonly BodyTransform[];
  readonly #readError: ReadError;
  readonly #holdBytes: number;
  #held: Buffer[] = [];
  #size = 0;
  /** Of what came so far, white space at its end left out. */
  #lastByte = 0;
  /** The last two pieces of one that flows and is metered: what it used stands at its end. */
  #before: Buffer | null = null;
  #last: Buffer | null = null;
  committed = false;

  /** Up to `holdBytes` nothing is sent; with 0 it flows as it comes, and its end is not looked at. */
  constructor(down: Downstream, readError: ReadError, holdBytes = WHOLE_BYTES) {
    this.#down = down;
    this.#holdBytes = holdBytes;
    this.#transforms = down.bodyTransforms();
    this.#readError = readError;
  }

  data(chunk: Buffer): RelayResult {
    if (this.committed) {
      if (this.#down.usage !== null) {
        this.#before = this.#last;
        this.#last = chunk;
      }
      return this.#write(this.#through(chunk));
    }
    this.#held.push(chunk);
    this.#size += chunk.length;
    return this.#size <= this.#holdBytes && !this.#isMedia() ? "flow" : this.#commit();
  }

  onceDrained(listener: () => void): void {
    this.#down.outgoing.once("drain", listener);
  }

  end(): UpstreamError | null {
    if (this.committed) {
      if (this.#holdBytes > 0 && !this.#down.marks.isOpaque && !CLOSING.has(this.#lastByte))
        return endedEarly();
      if (this.#last !== null)
        this.#down.usage?.readEnd(
          this.#before === null ? this.#last : Buffer.concat([this.#before, this.#last]),
        );
      this.#write(flushAll(this.#transforms));
      this.#down.outgoing.end();
      return null;
    }
    const answer = joined(this.#held);
    const fault = this.#faultIn(answer);
    if (fault !== null) return fault;
    this.#down.usage?.read(answer);
    const body = joined(transformWhole(this.#transforms, answer));
    const { outgoing, status, headers } = this.#down;
    headers["content-length"] = String(body.length);
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.firstByte();
    this.#held = [body];
    flushLater(this);
    return null;
  }

  /** A whole answer leaves. */
  flush(): void {
    const { outgoing } = this.#down;
    const body = joined(this.#held);
    // As latin1, in which every byte is a character: node:http joins text to its head, where bytes would be a second piece.
    if (body.length <= SHORT_BYTES) outgoing.end(body.toString("latin1"), "latin1");
    else outgoing.end(body);
  }

  /** Half of it must not look like an answer: the connection breaks. */
  cut(): void {
    this.#down.outgoing.destroy();
  }

  #isMedia(): boolean {
    return this.#down.marks.isOpaque && MEDIA.test(this.#down.headers["content-type"] ?? "");
  }

  /** Why these bytes are no whole answer, or null. Only those without the key that answers have are parsed. */
  #faultIn(answer: Buffer): UpstreamError | null {
    const { content, finish, isNamed, isOpaque } = this.#down.marks;
    if (isOpaque) return null;
    const finished = finish === null ? "finished" : finishIn(answer, finish);
    if (finished === "aborted") return new UpstreamError("draining");
    const isOpened = OPENING.has(answer[startOfText(answer)]);
    const isClosed = isOpened && CLOSING.has(answer[endOfText(answer) - 1]);
    if (isClosed && content !== null && answer.includes(content))
      // Where Anthropic's shape has no word for it, vLLM says null of what it aborted.
      return isNamed && finished === "open" ? new UpstreamError("draining") : null;
    const text = answer.toString("utf8");
    const error = this.#readError(text);
    if (error !== null) return error;
    if (isClosed && content === null) return null;
    return text.trim() === "" || isOpened ? endedEarly() : new UpstreamError("not_openai");
  }

  #through(chunk: Buffer): readonly Buffer[] {
    const end = endOfText(chunk);
    if (end > 0) this.#lastByte = chunk[end - 1] ?? 0;
    return transformAll(this.#transforms, chunk);
  }

  #commit(): RelayResult {
    const { outgoing, status, headers } = this.#down;
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.firstByte();
    const held = this.#held;
    this.#held = [];
    return this.#write(held.flatMap((chunk) => this.#through(chunk)));
  }

  #write(parts: readonly Buffer[]): RelayResult {
    let flows = true;
    for (const part of parts) flows = this.#down.outgoing.write(part);
    return flows ? "flow" : "pause";
  }
}
