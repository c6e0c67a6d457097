import type { Clock } from "@rollcall/contract";
import type { RequestFields, Span } from "../body/json-fields.ts";
import type { BytesPerToken } from "./bytes-per-token.ts";
import { PromptWatch, type WatchedAttempt } from "./prompt-watch.ts";

/** Less text than this fits into any context: nothing is looked for. */
const LEAST_BYTES = 1_536;

/** Compares what answers say they have read with what was sent. What a deployment is found to do stands in its health record. */
export class TruncationWatch {
  readonly #known: { readonly clock: Pick<Clock, "monotonic">; readonly ratios: BytesPerToken };

  /** `ratios`: learns what answers show. */
  constructor(clock: Pick<Clock, "monotonic">, ratios: BytesPerToken) {
    this.#known = { clock, ratios };
  }

  /** Who looks at the answer of this attempt; null where nothing can have been cut. */
  open(attempt: WatchedAttempt): PromptWatch | null {
    const { body, fields } = attempt.ctx;
    if (body.bytes.length < LEAST_BYTES) return null;
    const span = promptOf(fields);
    const isShort = span === null || span.end - span.start < LEAST_BYTES;
    return isShort ? null : new PromptWatch(attempt, span, this.#known);
  }
}

function promptOf({ spans }: RequestFields): Span | null {
  return spans.messages ?? spans.prompt ?? spans.input ?? null;
}
