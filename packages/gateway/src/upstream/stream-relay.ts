import type { CutCause } from "../errors/gateway-error.ts";
import { toOpenAi } from "../errors/to-openai.ts";
import { isOpening, saysAborted } from "./aborted.ts";
import { EventWriter } from "./event-writer.ts";
import { EventFrames } from "./event-frames.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Downstream, Relay } from "./relay.ts";
import { Restamper } from "./restamp.ts";

/** Every event that is an error has this in it, and hardly any other: one search in place of two. */
const ERROR = Buffer.from('"error"');
const ERROR_EVENTS = ['data: {"error"', 'data: {"object":"error"'].map((text) => Buffer.from(text));
const LF = 0x0a;

/** Where an event begins that is an error, or -1. In the text of an answer its quotes would be escaped. */
function findError(events: Buffer): number {
  if (!events.includes(ERROR)) return -1;
  for (const mark of ERROR_EVENTS) {
    const at = events.indexOf(mark);
    if (at === 0 || (at > 0 && events[at - 1] === LF)) return at;
  }
  return -1;
}

/**
 * Server-sent events: whole events, each with the alias in place of the upstream's name. The status leaves with the first
 * event that carries something, since vLLM says 200 before it knows whether it can.
 */
export class StreamRelay implements Relay {
  readonly #down: Downstream;
  readonly #writer: EventWriter;
  readonly #frames = new EventFrames();
  readonly #restamper: Restamper;
  readonly #inspectFirst: (event: Buffer) => void;
  #opening: Buffer | null = null;
  committed = false;

  /** `inspectFirst` throws where the first event is a refusal: then nothing was sent yet. */
  constructor(down: Downstream, inspectFirst: (event: Buffer) => void) {
    this.#down = down;
    this.#writer = new EventWriter(down.outgoing);
    this.#restamper = new Restamper(down.alias);
    this.#inspectFirst = inspectFirst;
  }

  data(chunk: Buffer): boolean {
    const events = this.#frames.push(chunk);
    if (this.#frames.overflowing) throw new Error("an event has no end");
    return events === null ? true : this.#send(events);
  }

  onceDrained(listener: () => void): void {
    this.#writer.onceDrained(listener);
  }

  end(): void {
    const rest = this.#frames.flush();
    if (rest !== null) this.#send(rest);
    this.#commit();
    this.#writer.end([this.#restamper.flush()]);
  }

  cut(cause: CutCause): void {
    const { error } = toOpenAi({ kind: "upstream_cut", model: this.#down.alias, cause });
    this.#writer.end([Buffer.from(`data: ${JSON.stringify({ error })}\n\n`)]);
  }

  #send(events: Buffer): boolean {
    if (saysAborted(events)) throw new UpstreamFailure({ reason: "draining", retryable: true });
    const error = findError(events);
    if (error > 0) this.#pass(events.subarray(0, error));
    if (error !== -1) {
      if (!this.committed) this.#inspectFirst(events.subarray(error));
      // What a backend says of its own end is for logs: the app is told in our words.
      throw new UpstreamFailure({ reason: "server_error", retryable: true });
    }
    return this.#pass(events);
  }

  #pass(events: Buffer): boolean {
    if (!this.committed && this.#opening === null && isOpening(events)) {
      this.#opening = events;
      return true;
    }
    this.#commit();
    return this.#writer.write(this.#restamper.push(events));
  }

  #commit(): void {
    if (this.committed) return;
    this.#writer.begin(this.#down.status, this.#down.headers);
    this.committed = true;
    this.#down.onCommit();
    if (this.#opening !== null) this.#writer.write(this.#restamper.push(this.#opening));
  }
}
