import { isRecord } from "@rollcall/contract";
import type { CutCause } from "../../errors/gateway-error.ts";
import { flushAll, transformAll, type Transform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { finishIn, type AnswerMarks } from "./answer-marks.ts";
import { EventFrames } from "./event-frames.ts";
import { carriesNothing, eventStarts, readEvent, type ReadEvent } from "./event-text.ts";
import { EventWriter } from "./event-writer.ts";
import { endedEarly, type Downstream, type ReadError, type Relay, type RelayResult } from "./relay.ts";

const COLON = 0x3a;
/** Closes an event that its server left open. */
const BLANK_LINE = Buffer.from("\n\n");
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
  /** Usage may stand in any event from the finish on; else in the last one alone, which a name tells. */
  readonly #usageFollows: boolean;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** It has said how it ended: true from the start where servers say nothing of it. */
  #finished: boolean;
  /** Its last event has come; true from the start where it needs none. */
  #terminated: boolean;
  #done = false;
  /** The last event that was passed on has no blank line behind it. */
  #unclosed = false;
  committed = false;

  constructor(down: Downstream, readError: ReadError) {
    this.#down = down;
    this.#marks = down.marks;
    this.#transforms = down.eventTransforms();
    this.#writer = new EventWriter(down.outgoing);
    this.#readError = readError;
    const { finish, terminalNames, terminals } = down.marks;
    this.#finished = finish === null;
    this.#usageFollows = finish !== null || terminals.length > 0;
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
    if (!this.#done && rest !== null && this.#isWhole(rest)) {
      this.#unclosed = true;
      const result = this.#take(rest);
      if (typeof result === "object") return result;
    }
    if (!this.committed || !this.#finished || !this.#terminated) return endedEarly();
    this.#passHeld();
    const [terminal] = this.#marks.terminals;
    // Servers that leave it out have said why they finish; there are clients that wait for it.
    const added = this.#done || terminal === undefined ? [] : this.#closing(`data: ${terminal}\n\n`);
    this.#writer.end([...flushAll(this.#transforms), ...added]);
    return null;
  }

  cut(cause: CutCause): void {
    this.#passHeld();
    const failure = { kind: "upstream_cut", model: this.#down.alias, cause } as const;
    this.#writer.end(this.#closing(this.#down.cutEvent(failure)));
  }

  /** One more event, apart from the one before. */
  #closing(event: string): Buffer[] {
    const bytes = Buffer.from(event);
    return this.#unclosed ? [BLANK_LINE, bytes] : [bytes];
  }

  /** Behind the last blank line: half an event is none, whatever its data would have become. */
  #isWhole(rest: Buffer): boolean {
    const read = readEvent(rest.toString("utf8"));
    if (read === null) return false;
    return this.#marks.terminals.includes(read.data.trim()) || parse(read.data) !== undefined;
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
    const text = event.toString("utf8");
    if (text.startsWith("error:")) return new UpstreamError("server_error");
    const read = readEvent(text);
    if (read === null) return this.#holdComment(event);
    const { name, data } = read;
    if (this.#isTerminal(name, data)) return "terminal";
    if (this.#saysNothing(name, event)) return this.#hold(event);
    if (this.#finishOf(event) === "aborted") return new UpstreamError("draining");
    const value = parse(data);
    const error = this.#errorIn(value, read);
    if (error !== null) return error;
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

  /** Comments alone never make a stream begin, however many come. */
  #holdComment(event: Buffer): Meaning {
    return this.#heldBytes + event.length > MOST_HELD_BYTES ? "nothing" : this.#hold(event);
  }

  #hold(event: Buffer): Meaning {
    this.#held.push(event);
    this.#heldBytes += event.length;
    return "nothing";
  }

  #errorIn(value: unknown, { data, name }: ReadEvent): UpstreamError | null {
    const hasError = isRecord(value) && isSaid(value["error"]);
    if (isRecord(value) && Array.isArray(value["choices"]) && !hasError) return null;
    const response = isRecord(value) ? value["response"] : undefined;
    // OpenAI's Responses tell it within themselves.
    const inner = isRecord(response) && isRecord(response["error"]) ? { error: response["error"] } : null;
    const error = isRecord(value) ? this.#readError(inner === null ? data : JSON.stringify(inner)) : null;
    if (error !== null) return error;
    const isError = inner !== null || hasError || name === "error" || typeOf(value) === "error";
    return isError ? new UpstreamError("server_error") : null;
  }

  /** The next whole events. Up to the one that ends the stream, or that it breaks off by: nothing goes on behind it. */
  #goOn(events: Buffer): RelayResult {
    const finish = this.#finishOf(events);
    if (finish === "aborted" || this.#marks.ends.some((mark) => events.includes(mark)))
      return this.#goOnByEvent(events);
    if (finish === "finished") this.#finished = true;
    return this.#finished && this.#usageFollows ? this.#passEnd(events) : this.#pass(events);
  }

  /** The same where one of them may be the last: each is looked into. */
  #goOnByEvent(events: Buffer): RelayResult {
    for (const [start, end] of eventStarts(events.toString("latin1"))) {
      const event = events.subarray(start, end);
      const fault = this.#faultIn(event);
      if (fault === null) continue;
      const passing = fault === "terminal" ? events.subarray(0, end) : events.subarray(0, start);
      if (this.#finished) this.#passEnd(passing);
      else if (passing.length > 0) this.#pass(passing);
      if (fault !== "terminal") return fault;
      this.#terminated = true;
      this.#done = true;
      return "done";
    }
    return this.#finished && this.#usageFollows ? this.#passEnd(events) : this.#pass(events);
  }

  /** Why nothing may go on behind this event, or null. */
  #faultIn(event: Buffer): UpstreamError | "terminal" | null {
    const finish = this.#finishOf(event);
    if (finish === "aborted") return new UpstreamError("draining");
    if (finish === "finished") this.#finished = true;
    const text = event.toString("utf8");
    // llama.cpp before 2025 has a field of its own for it.
    if (text.startsWith("error:")) return new UpstreamError("server_error");
    const read = readEvent(text);
    if (read === null) return null;
    const { terminalNames, terminals } = this.#marks;
    if (terminals.includes(read.data.trim())) return this.#finished ? "terminal" : abandoned();
    const value = parse(read.data);
    // What a backend says of its own end is for logs: the app is told in our words.
    if (this.#errorIn(value, read) !== null) return new UpstreamError("server_error");
    // Every server repeats the name as the `type` of the data.
    if (!terminalNames.includes(read.name === "" ? typeOf(value) : read.name)) return null;
    return this.#finished ? "terminal" : abandoned();
  }

  #finishOf(events: Buffer) {
    const { finish } = this.#marks;
    return finish === null ? "open" : finishIn(events, finish);
  }

  /** From the finish on: they may say what was used. */
  #passEnd(events: Buffer): RelayResult {
    const { strip, usage } = this.#down;
    usage?.read(events);
    const passing = strip === null ? events : strip.push(events);
    return passing.length === 0 ? "flow" : this.#pass(passing);
  }

  /** What waited for usage that does not come any more. */
  #passHeld(): void {
    const held = this.#down.strip?.flush();
    if (held !== undefined && held.length > 0) this.#pass(held);
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
    const opening = Buffer.concat(events === null ? held : [...held, events]);
    if (this.#marks.usageOpens) this.#down.usage?.readOpening(opening);
    return this.#goOn(opening);
  }
}

/** It says that it is over, and never began or never finished: so a vLLM that stops ends what was queued. */
function abandoned(): UpstreamError {
  return new UpstreamError("draining", { words: "The stream was ended without a finish reason." });
}

function isSaid(error: unknown): boolean {
  return isRecord(error) || (typeof error === "string" && error !== "");
}

function typeOf(value: unknown): string {
  const type = isRecord(value) ? value["type"] : undefined;
  return typeof type === "string" ? type : "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
