import { membersOf, type Member } from "../../body/json-walk.ts";
import { finishIn } from "./answer-marks.ts";
import { eventStarts } from "./event-text.ts";

const FINISH = Buffer.from('"finish_reason"');
const USAGE = Buffer.from('"usage"');
const CHOICES = Buffer.from('"choices"');
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const BLANK_LINE = Buffer.from("\n\n");
const CR = 0x0d;
const COMMA = Buffer.from(",");
const EMPTY = Buffer.alloc(0);

/** An event's object, and its members. */
interface Chunk {
  readonly members: readonly Member[];
  /** Its closing brace. */
  readonly end: number;
}

/**
 * Takes usage out of a stream that only the gateway has asked for it, so that the app sees what it would have seen. Servers put
 * it into an event of its own behind the one that finishes, and what they say last (`system_fingerprint` of vLLM, `timings` of
 * llama.cpp) with it: that goes back to where it would have stood, for which the event that finishes waits for the next one.
 */
export class UsageStrip {
  #held: Buffer[] = [];
  #over = false;

  /** Whole events, from the one on that finishes; what goes on to the app. */
  push(events: Buffer): Buffer {
    if (this.#over) return events;
    const out: Buffer[] = [];
    for (const [start, end] of startsIn(events)) {
      const event = events.subarray(start, end);
      const usage = usageIn(event);
      if (usage !== null) {
        out.push(...this.#held.map((held) => withMembers(held, event, usage)), events.subarray(end));
        this.#held = [];
        this.#over = true;
        break;
      }
      if (finishIn(event, FINISH) === "finished") this.#held.push(event);
      else out.push(...this.#release(), event);
    }
    return joined(out);
  }

  /** What waits for an event that does not come. */
  flush(): Buffer {
    return joined(this.#release());
  }

  #release(): readonly Buffer[] {
    const held = this.#held;
    if (held.length > 0) this.#held = [];
    return held;
  }
}

/** As a rule it is one, which is seen without making a text of it; in latin1 a character is a byte. */
function startsIn(events: Buffer): Iterable<readonly [start: number, end: number]> {
  return events.indexOf(BLANK_LINE) === events.length - BLANK_LINE.length && !events.includes(CR)
    ? [[0, events.length]]
    : eventStarts(events.toString("latin1"));
}

/** The object of an event that says nothing but usage, else null. */
function usageIn(event: Buffer): Chunk | null {
  if (!event.includes(USAGE) || !event.includes(CHOICES)) return null;
  const chunk = chunkIn(event);
  if (chunk === null) return null;
  const value = (wanted: string) => chunk.members.find(({ key }) => key === wanted)?.value;
  const [usage, choices] = [value("usage"), value("choices")];
  if (usage === undefined || event[usage.start] !== OPEN_BRACE) return null;
  const isEmpty =
    choices !== undefined &&
    event[choices.start] === OPEN_BRACKET &&
    event.toString("latin1", choices.start + 1, choices.end - 1).trim() === "";
  return isEmpty ? chunk : null;
}

/** Null where its data is no object, or not of one line. */
function chunkIn(event: Buffer): Chunk | null {
  if (event.indexOf("data:") !== 0 || event.includes("\ndata:")) return null;
  const start = event.indexOf(OPEN_BRACE);
  const end = event.lastIndexOf(CLOSE_BRACE);
  return start === -1 || end < start ? null : { members: membersOf(event, { start }), end };
}

/** The event with what the other one has beside usage and the event itself has not. */
function withMembers(event: Buffer, other: Buffer, { members }: Chunk): Buffer {
  const own = chunkIn(event);
  if (own === null) return event;
  const keys = new Set(own.members.map(({ key }) => key));
  const more = members.filter(({ key }) => key !== "usage" && !keys.has(key));
  if (more.length === 0) return event;
  const added = more.flatMap(({ start, end }) => [COMMA, other.subarray(start, end)]);
  return Buffer.concat([event.subarray(0, own.end), ...added, event.subarray(own.end)]);
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only = EMPTY] = parts;
  return parts.length <= 1 ? only : Buffer.concat(parts);
}
