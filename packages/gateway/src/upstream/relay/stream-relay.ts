import type { CutCause } from "../../errors/gateway-error.ts";
import { renderErrorEvent } from "../../errors/render.ts";
import { flushAll, transformAll, type Transform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { isOpening, saysAborted } from "./aborted.ts";
import { EventFrames } from "./event-frames.ts";
import { EventWriter } from "./event-writer.ts";
import type { Downstream, Relay, RelayResult } from "./relay.ts";

/** Every event that is an error has this in it, and hardly any other: one search in place of two. */
const ERROR = Buffer.from('"error"');
const ERROR_LINES = ['data: {"error"', 'data: {"object":"error"', "event: error\n", "event: error\r\n"].map(
  (text) => Buffer.from(text),
);
const LF = 0x0a;
const CR = 0x0d;

/** Where the first event begins that is an error, or -1. In the text of an answer its quotes would be escaped. */
function findError(events: Buffer): number {
  if (!events.includes(ERROR)) return -1;
  let first = -1;
  for (const line of ERROR_LINES) {
    const at = events.indexOf(line);
    const isLine = at === 0 || (at > 0 && events[at - 1] === LF);
    if (isLine && (first === -1 || at < first)) first = at;
  }
  return first === -1 ? -1 : startOfEvent(events, first);
}

/** The line at `at` may have others of its event before it, such as the event's name. */
function startOfEvent(events: Buffer, at: number): number {
  let start = at;
  while (start > 0) {
    const before = start === 1 ? 0 : events.lastIndexOf(LF, start - 2) + 1;
    const isBlank = before === start - 1 || (before === start - 2 && events[before] === CR);
    if (isBlank) return start;
    start = before;
  }
  return start;
}

/** What the first event of a stream says, where it is an error. */
export type InspectFirst = (event: Buffer) => UpstreamError | null;

/**
 * Server-sent events: whole events, each through the transforms. The status leaves with the first event that carries
 * something, since vLLM says 200 before it knows whether it can.
 */
export class StreamRelay implements Relay {
  readonly #down: Downstream;
  readonly #transforms: readonly Transform[];
  readonly #writer: EventWriter;
  readonly #frames = new EventFrames();
  readonly #inspectFirst: InspectFirst;
  /** Is in every event that ends the stream. Empty where a stream may end without. */
  readonly #terminal: readonly Buffer[];
  #opening: Buffer | null = null;
  #hasTerminal = false;
  committed = false;

  constructor(down: Downstream, inspectFirst: InspectFirst) {
    this.#down = down;
    this.#transforms = down.eventTransforms();
    this.#writer = new EventWriter(down.outgoing);
    this.#inspectFirst = inspectFirst;
    const { events } = down.response;
    // Some servers leave out [DONE]; a named last event is part of the answer.
    this.#terminal =
      events?.named === true ? events.terminal.map((name) => Buffer.from(JSON.stringify(name))) : [];
  }

  data(chunk: Buffer): RelayResult {
    const events = this.#frames.push(chunk);
    if (events !== null) return this.#send(events);
    // An event without an end: what sends it is broken, or is no such stream.
    return this.#frames.overflowing ? new UpstreamError("proxy_error") : "flow";
  }

  onceDrained(listener: () => void): void {
    this.#writer.onceDrained(listener);
  }

  end(): UpstreamError | null {
    const rest = this.#frames.flush();
    const result = rest === null ? "flow" : this.#send(rest);
    if (typeof result === "object") return result;
    if (this.#terminal.length > 0 && !this.#hasTerminal) return new UpstreamError("proxy_error");
    if (!this.committed) this.#commit();
    this.#writer.end(flushAll(this.#transforms));
    return null;
  }

  cut(cause: CutCause): void {
    const { alias, response } = this.#down;
    const named = response.events?.named === true;
    const event = renderErrorEvent({ kind: "upstream_cut", model: alias, cause }, { named });
    this.#writer.end([Buffer.from(event)]);
  }

  #send(events: Buffer): RelayResult {
    if (saysAborted(events)) return new UpstreamError("draining");
    const error = findError(events);
    if (error === -1) return this.#pass(events);
    if (error > 0) this.#pass(events.subarray(0, error));
    const first = this.committed ? null : this.#inspectFirst(events.subarray(error));
    // What a backend says of its own end is for logs: the app is told in our words.
    return first ?? new UpstreamError("server_error");
  }

  #pass(events: Buffer): RelayResult {
    if (!this.committed && this.#opening === null && isOpening(events)) {
      this.#opening = events;
      return "flow";
    }
    if (!this.committed) this.#commit();
    this.#hasTerminal ||= this.#terminal.some((mark) => events.includes(mark));
    return this.#writer.write(transformAll(this.#transforms, events)) ? "flow" : "pause";
  }

  #commit(): void {
    this.#writer.begin(this.#down.status, this.#down.headers);
    this.committed = true;
    this.#down.firstByte();
    if (this.#opening !== null) this.#writer.write(transformAll(this.#transforms, this.#opening));
  }
}
