import { applyEdits, type Edit } from "../body/edits.ts";
import type { Span } from "../body/json-fields.ts";
import { membersOf, textAt } from "../body/json-walk.ts";
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
  body: (attempt) => new ResponseBody(new ResponseIdentity(attempt)),
};

const RESPONSE = Buffer.from('"response"');
const SEQUENCE = Buffer.from('"sequence_number":');
const BRACE = "{";
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

  /** The changes to the response object at `span`. */
  edits(bytes: Buffer, span: Pick<Span, "start">): readonly Edit[] {
    const edits: Edit[] = [];
    for (const { key, value } of membersOf(bytes, span)) {
      if (key === "id")
        edits.push({ ...value, bytes: this.#written(textAt(bytes, value)) ?? at(bytes, value) });
      else if (key === "previous_response_id") edits.push(...this.#previous(bytes, value));
      else if (key === "usage") edits.push(...countsAlone(bytes, value));
      else if (key === "created_at") this.createdAt = Number(at(bytes, value).toString());
    }
    return edits;
  }

  #written(upstreamId: string | undefined): Buffer | null {
    if (upstreamId === undefined) return null;
    if (upstreamId !== this.#upstreamId) {
      const { candidate, ctx } = this.#attempt;
      const origin = { deployment: candidate.id, upstreamId };
      this.#upstreamId = upstreamId;
      this.id = ctx.state.objectIds.write("resp", origin, ctx.principal);
    }
    return Buffer.from(JSON.stringify(this.id));
  }

  #previous(bytes: Buffer, value: Span): readonly Edit[] {
    const previous = textAt(bytes, value);
    if (previous === undefined) return [];
    const { candidate, ctx } = this.#attempt;
    const id = ctx.state.objectIds.write(
      "resp",
      { deployment: candidate.id, upstreamId: previous },
      ctx.principal,
    );
    return [{ ...value, bytes: Buffer.from(JSON.stringify(id)) }];
  }
}

function at(bytes: Buffer, { start, end }: Span): Buffer {
  return bytes.subarray(start, end);
}

class ResponseBody extends Gathered {
  readonly #identity: ResponseIdentity;

  constructor(identity: ResponseIdentity) {
    super();
    this.#identity = identity;
  }

  rewriteWhole(body: Buffer): readonly Buffer[] {
    const start = body.indexOf(BRACE);
    return applyEdits(body, this.#identity.edits(body, { start }));
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
      const data = bytes.indexOf(BRACE, start);
      if (data === -1 || data >= end) continue;
      for (const { key, value } of membersOf(bytes, { start: data }))
        if (key === "response") edits.push(...this.#identity.edits(bytes, value));
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
