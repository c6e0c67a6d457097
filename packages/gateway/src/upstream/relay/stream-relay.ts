import { isRecord } from "@rollcall/contract";
import type { CutCause } from "../../errors/gateway-error.ts";
import { flushAll, transformAll, type Transform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { finishIn, endOfText, type AnswerMarks } from "./answer-marks.ts";
import { EventFrames } from "./event-frames.ts";
import { carriesNothing, eventStarts, readEvent } from "./event-text.ts";
import { EventWriter } from "./event-writer.ts";
import { endedEarly, type Downstream, type ReadError, type Relay, type RelayResult } from "./relay.ts";

/** Every event that is an error has this in it, and hardly any other. */
const ERROR = Buffer.from('"error"');
const COLON = 0x3a;
const DATA = Buffer.from("\ndata");

/** What opens a stream and carries nothing is held back; more of it is no opening. */
const MOST_HELD_BYTES = 64 * 1024;

/** What an event means while nothing has been sent: an error in place of it, the end, nothing yet, or the answer's begin. */
type Meaning = UpstreamError | "terminal" | "nothing" | "content";

/**
 * Server-sent events: whole events, each through the transforms. The status leaves with the first event that carries
 * something, since vLLM says 200 before it knows whether it can. A stream is whole where it says how it ended: that its
 * connection ended well proves nothing, and neither does `[DONE]`, with which vLLM ends what it never began.
 */
export class StreamRelay implements Relay {
  readonly #down: Downstream;
  readonly #marks: AnswerMarks;
  readonly #transforms: readonly Transform[];
  readonly #writer: EventWriter;
  readonly #frames = new EventFrames();
  readonly #readError: ReadError;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** It has said how it ended: true from the start where servers say nothing of it. */
  #finished: boolean;
  /** Its last event has come; true from the start where it needs none. */
  #terminated: boolean;
  #done = false;
  committed = false;

  constructor(down: Downstream, readError: ReadError) {
    this.#down = down;
    this.#marks = down.marks;
    this.#transforms = down.eventTransforms();
    this.#writer = new EventWriter(down.outgoing);
    this.#readError = readError;
    const { finish, terminalNames, terminals } = down.marks;
    this.#finished = finish === null;
    // Some servers leave `[DONE]` out where they have said why they finish.
    this.#terminated = terminalNames.length === 0 && (finish !== null || terminals.length === 0);
  }

  data(chunk: Buffer): RelayResult {
    const events = this.#frames.push(chunk);
    if (events !== null) return this.#take(events);
    // An event without an end: what sends it is broken, or is no such stream.
    return this.#frames.overflowing ? new UpstreamError("proxy_error") : "flow";
  }

  onceDrained(listener: () => void): void {
    this.#writer.onceDrained(listener);
  }

  end(): UpstreamError | null {
    const rest = this.#frames.flush();
    if (!this.#done && rest !== null && isWholeEvent(rest)) {
      const result = this.#take(rest);
      if (typeof result === "object") return result;
    }
    if (!this.committed || !this.#finished || !this.#terminated) return endedEarly();
    this.#writer.end(flushAll(this.#transforms));
    return null;
  }

  cut(cause: CutCause): void {
    const failure = { kind: "upstream_cut", model: this.#down.alias, cause } as const;
    this.#writer.end([Buffer.from(this.#down.cutEvent(failure))]);
  }

  #take(events: Buffer): RelayResult {
    return this.committed ? this.#goOn(events) : this.#begin(events);
  }

  /** Nothing has been sent: each event is looked into, up to the first that carries something. */
  #begin(events: Buffer): RelayResult {
    // In latin1 a character is a byte.
    for (const [start, end] of eventStarts(events.toString("latin1"))) {
      const event = events.subarray(start, end);
      const meaning = this.#meaningOf(event);
      if (typeof meaning === "object") return meaning;
      if (meaning === "terminal") return abandoned();
      if (meaning === "nothing") continue;
      return this.#commit(events.subarray(start));
    }
    return this.#heldBytes > MOST_HELD_BYTES ? this.#commit(null) : "flow";
  }

  #meaningOf(event: Buffer): Meaning {
    const read = readEvent(event.toString("utf8"));
    if (read === null) return "nothing";
    const { name, data } = read;
    if (this.#isTerminal(name, data)) return "terminal";
    if (this.#saysNothing(name, event)) return this.#hold(event);
    if (this.#finishOf(event) === "aborted") return new UpstreamError("draining");
    const value = parse(data);
    const error = this.#errorIn(value, read);
    if (error !== null) return error;
    if (name === "error") return new UpstreamError("server_error");
    return carriesNothing(value) ? this.#hold(event) : "content";
  }

  /** The end of what never began; that an event's name ends a whole answer is for `#goOn` to say. */
  #isTerminal(name: string, data: string): boolean {
    const { finish, terminalNames, terminals } = this.#marks;
    return terminals.includes(data.trim()) || (finish !== null && terminalNames.includes(name));
  }

  #saysNothing(name: string, event: Buffer): boolean {
    const { finish, isNamed, openings } = this.#marks;
    if (openings.includes(name)) return true;
    return isNamed && finish !== null && event.includes(finish) && finishIn(event, finish) === "open";
  }

  #hold(event: Buffer): Meaning {
    this.#held.push(event);
    this.#heldBytes += event.length;
    return "nothing";
  }

  #errorIn(value: unknown, { data }: { data: string }): UpstreamError | null {
    if (!isRecord(value) || Array.isArray(value["choices"])) return null;
    const { response } = value;
    // OpenAI's Responses tell it within themselves.
    const inner = isRecord(response) && isRecord(response["error"]) ? { error: response["error"] } : null;
    const error = this.#readError(inner === null ? data : JSON.stringify(inner));
    if (error !== null) return error;
    return inner !== null || isRecord(value["error"]) ? new UpstreamError("server_error") : null;
  }

  #goOn(events: Buffer): RelayResult {
    const finish = this.#finishOf(events);
    if (finish === "aborted") return new UpstreamError("draining");
    if (finish === "finished") this.#finished = true;
    if (this.#finished) this.#down.usage?.read(events);
    const error = this.#startOfError(events);
    if (error !== -1) {
      if (error > 0) this.#pass(events.subarray(0, error));
      // What a backend says of its own end is for logs: the app is told in our words.
      return new UpstreamError("server_error");
    }
    const terminal = this.#startOfTerminal(events);
    if (terminal === -1) return this.#pass(events);
    if (!this.#finished) {
      if (terminal > 0) this.#pass(events.subarray(0, terminal));
      return abandoned();
    }
    this.#pass(events);
    this.#terminated = true;
    this.#done = true;
    return "done";
  }

  #startOfTerminal(events: Buffer): number {
    const { terminalNames, terminals } = this.#marks;
    const start = terminals.length === 0 ? -1 : startOfTerminal(events, terminals);
    return start !== -1 || terminalNames.length === 0 ? start : startOfNamed(events, terminalNames);
  }

  #finishOf(events: Buffer) {
    const { finish } = this.#marks;
    return finish === null ? "open" : finishIn(events, finish);
  }

  /** Where an event begins that is an error, or -1. In the text of an answer its quotes would be escaped. */
  #startOfError(events: Buffer): number {
    if (!events.includes(ERROR)) return -1;
    for (const [start, end] of eventStarts(events.toString("latin1"))) {
      const read = readEvent(events.toString("utf8", start, end));
      if (read !== null && this.#errorIn(parse(read.data), read) !== null) return start;
    }
    return -1;
  }

  #pass(events: Buffer): RelayResult {
    const flows = this.#writer.write(transformAll(this.#transforms, events));
    if (!flows) return "pause";
    return events[0] === COLON && !events.includes(DATA) ? "silence" : "flow";
  }

  #commit(events: Buffer | null): RelayResult {
    this.#down.usage?.beforeStream();
    this.#writer.begin(this.#down.status, this.#down.headers);
    this.committed = true;
    this.#down.firstByte();
    const held = this.#held;
    this.#held = [];
    if (held.length === 0) return events === null ? "flow" : this.#goOn(events);
    return this.#goOn(Buffer.concat(events === null ? held : [...held, events]));
  }
}

/** It says that it is over, and never began or never finished: so a vLLM that stops ends what was queued. */
function abandoned(): UpstreamError {
  return new UpstreamError("draining", { words: "The stream was ended without a finish reason." });
}

/** Behind the last blank line: half an event is none, whatever its data would have become. */
function isWholeEvent(rest: Buffer): boolean {
  const last = rest[endOfText(rest) - 1];
  return last === 0x7d || last === 0x5d;
}

/** Where the last event begins if its data is one of these, else -1. */
function startOfTerminal(events: Buffer, terminals: readonly string[]): number {
  const end = endOfText(events);
  // No other data ends so: JSON objects end with a brace.
  if (events[end - 1] !== 0x5d) return -1;
  const start = events.lastIndexOf("\n", end - 1) + 1;
  const data = /^data: ?(.*)$/s.exec(events.toString("latin1", start, end))?.[1];
  return data !== undefined && terminals.includes(data) ? start : -1;
}

/** Where an event of one of these names begins, else -1. Every server repeats the name as the `type` of the data. */
function startOfNamed(events: Buffer, names: readonly string[]): number {
  if (!names.some((name) => events.includes(name))) return -1;
  for (const [start, end] of eventStarts(events.toString("latin1"))) {
    const read = readEvent(events.toString("utf8", start, end));
    if (read === null) continue;
    if (names.includes(read.name)) return start;
    const value = read.name === "" ? parse(read.data) : null;
    if (isRecord(value) && names.some((name) => name === value["type"])) return start;
  }
  return -1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
