import type { CutCause } from "../../errors/gateway-error.ts";
import { renderErrorEvent } from "../../errors/render.ts";
import { flushAll, transformAll, type Transform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { isOpening, saysAborted } from "./aborted.ts";
import { EventFrames } from "./event-frames.ts";
import { EventWriter } from "./event-writer.ts";
import { findError } from "./find-error.ts";
import type { Downstream, Relay, RelayResult } from "./relay.ts";
import { TerminalEvents } from "./terminal-events.ts";

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
  /** Null where a stream may end without one. */
  readonly #terminal: TerminalEvents | null;
  #opening: Buffer | null = null;
  committed = false;

  constructor(down: Downstream, inspectFirst: InspectFirst) {
    this.#down = down;
    this.#transforms = down.eventTransforms();
    this.#writer = new EventWriter(down.outgoing);
    this.#inspectFirst = inspectFirst;
    const { events } = down.response;
    // Some servers leave out [DONE]; a named last event is part of the answer.
    this.#terminal = events?.named === true ? new TerminalEvents(events.terminal) : null;
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
    if (this.#terminal?.seen === false) return new UpstreamError("proxy_error");
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
    if (this.#terminal !== null) this.#terminal.look(events);
    return this.#writer.write(transformAll(this.#transforms, events)) ? "flow" : "pause";
  }

  #commit(): void {
    this.#writer.begin(this.#down.status, this.#down.headers);
    this.committed = true;
    this.#down.firstByte();
    if (this.#opening !== null) this.#writer.write(transformAll(this.#transforms, this.#opening));
  }
}
