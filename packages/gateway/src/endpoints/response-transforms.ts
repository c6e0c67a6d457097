import { applyEdits, type Edit } from "../body/edits.ts";
import type { Span } from "../body/json-fields.ts";
import { membersNamed, namesOf, textAt, type Names } from "../body/json-walk.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import { toOpenAi } from "../errors/to-openai.ts";
import type { AttemptFacts } from "../observe/observer.ts";
import { eventStarts } from "../upstream/relay/event-text.ts";
import { Gathered } from "../upstream/transform/gathered.ts";
import type { AnswerTransforms, EventTransform } from "./answer-transform.ts";
import { countsAlone } from "./usage-counts.ts";

/** Puts our ids where the backend's stand, a response's own and that of the one before it, and leaves its usage with counts alone. */
export const responseTransforms: AnswerTransforms = {
  events: (attempt) => new ResponseEvents(attempt),
  body: (attempt) => new ResponseBody(attempt),
  bodyHasName: true,
};

const RESPONSE = Buffer.from('"response"');
const SEQUENCE = Buffer.from('"sequence_number":');
const BRACE = "{";

/** Of a response in an event: what changes, and what a last event of ours repeats. Its name is put in behind this. */
const IN_EVENT = namesOf(["id", "previous_response_id", "usage", "created_at"]);
/** Of one that is the answer: its name is here, so that it is looked through once. */
const IN_BODY = namesOf(["id", "previous_response_id", "usage", "model"]);
/** Of an event. */
const HOLDER = namesOf(["response"]);
const EMPTY = Buffer.alloc(0);

/** What is known of one response. */
class ResponseIdentity {
  readonly #attempt: AttemptFacts;
  #upstreamId = "";
  /** The id that the app knows; "" until the response has said its own. */
  id = "";
  /** Seconds since the epoch. */
  createdAt = 0;

  constructor(attempt: AttemptFacts) {
    this.#attempt = attempt;
  }

  /** The changes to the response object at `start`, in their order. */
  edits(bytes: Buffer, start: number, names: Names): readonly Edit[] {
    const edits: Edit[] = [];
    for (const { key, value } of membersNamed(bytes, { start }, names)) {
      if (key === "usage") edits.push(...countsAlone(bytes, value));
      else if (key === "created_at") this.createdAt = Number(at(bytes, value).toString());
      else {
        const written = this.#writtenFor(key, textAt(bytes, value));
        if (written !== null) edits.push({ start: value.start, end: value.end, bytes: written });
      }
    }
    return edits;
  }

  /** What stands in place of a text; nothing else is one of ours. */
  #writtenFor(key: string, text: string | undefined): Buffer | null {
    if (text === undefined) return null;
    if (key === "id") return this.#written(text);
    const { state, fields } = this.#attempt.ctx;
    return key === "model" ? state.templates.written(fields.model).json : quoted(this.#ours(text));
  }

  #written(upstreamId: string): Buffer {
    if (upstreamId !== this.#upstreamId) {
      this.#upstreamId = upstreamId;
      this.id = this.#ours(upstreamId);
    }
    return quoted(this.id);
  }

  #ours(upstreamId: string): string {
    const { candidate, ctx } = this.#attempt;
    const origin = { deployment: candidate.id, upstreamId };
    return ctx.state.objectIds.write("resp", origin, ctx.principal);
  }
}

/** Our ids are of letters, digits, `-` and `_`. */
function quoted(id: string): Buffer {
  return Buffer.from(`"${id}"`, "latin1");
}

function at(bytes: Buffer, { start, end }: Span): Buffer {
  return bytes.subarray(start, end);
}

const DATA = Buffer.from("data:");
const NEXT_DATA = Buffer.from("\ndata:");
const LINE_BREAK = /\r?\ndata:/g;

/** An event's data and where its object begins, byte for byte where it stands in the event; -1: there is none. */
function dataIn(event: Buffer): { readonly text: Buffer; readonly from: number } {
  const line = event.indexOf(DATA) === 0 ? 0 : event.indexOf(NEXT_DATA);
  const from = line === -1 ? -1 : event.indexOf(BRACE, line);
  if (from === -1 || !event.includes(NEXT_DATA, from)) return { text: event, from };
  // Lines break between the parts of a JSON text, where spaces mean as much.
  const spaced = event.toString("latin1").replace(LINE_BREAK, (found) => " ".repeat(found.length));
  return { text: Buffer.from(spaced, "latin1"), from };
}

class ResponseBody extends Gathered {
  readonly #identity: ResponseIdentity;

  constructor(attempt: AttemptFacts) {
    super();
    this.#identity = new ResponseIdentity(attempt);
  }

  rewriteWhole(body: Buffer): readonly Buffer[] {
    return applyEdits(body, this.#identity.edits(body, body.indexOf(BRACE), IN_BODY));
  }
}

/** Whole events. Those that begin and end a stream have the response in them; the others go on as they are. */
class ResponseEvents implements EventTransform {
  readonly #attempt: AttemptFacts;
  readonly #identity: ResponseIdentity;
  #sequence = 0;

  constructor(attempt: AttemptFacts) {
    this.#attempt = attempt;
    this.#identity = new ResponseIdentity(attempt);
  }

  push(bytes: Buffer): readonly Buffer[] {
    this.#count(bytes);
    if (!bytes.includes(RESPONSE)) return [bytes];
    const edits: Edit[] = [];
    for (const [start, end] of eventStarts(bytes.toString("latin1"))) {
      const { text, from } = dataIn(bytes.subarray(start, end));
      if (from === -1) continue;
      for (const { value } of membersNamed(text, { start: from }, HOLDER))
        for (const edit of this.#identity.edits(text, value.start, IN_EVENT))
          edits.push({ start: start + edit.start, end: start + edit.end, bytes: edit.bytes });
    }
    return applyEdits(bytes, edits);
  }

  flush(): Buffer {
    return EMPTY;
  }

  /** OpenAI's last event of a response that failed; its SDKs raise an error by it. */
  cutEvent(failure: GatewayError): string | null {
    const { createdAt, id } = this.#identity;
    if (id === "") return null;
    const response = {
      id,
      object: "response",
      created_at: createdAt,
      status: "failed",
      error: { code: "server_error", message: toOpenAi(failure).error.message },
      incomplete_details: null,
      instructions: null,
      metadata: {},
      model: this.#attempt.ctx.fields.model,
      output: [],
      parallel_tool_calls: true,
      temperature: null,
      tool_choice: "auto",
      tools: [],
      top_p: null,
    };
    const data = { type: "response.failed", sequence_number: this.#sequence + 1, response };
    return `event: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #count(bytes: Buffer): void {
    const found = bytes.lastIndexOf(SEQUENCE);
    if (found === -1) return;
    const from = found + SEQUENCE.length;
    const sequence = Number.parseInt(bytes.toString("latin1", from, from + 16), 10);
    if (sequence > this.#sequence) this.#sequence = sequence;
  }
}
