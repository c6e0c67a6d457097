import { hashBytes } from "../routing/affinity.ts";
import { skipSpace, skipValue } from "./json-scan.ts";
import type { RequestFields } from "./json-fields.ts";

/** Enough to tell conversations apart, and little enough to cost nothing. */
const MOST_BYTES = 2_048;

const OPEN_BRACKET = 0x5b;
const COMMA = 0x2c;

/**
 * A hash of what all turns of a conversation begin with: the first message, and the second where the first is the
 * system's, which many conversations share. Null where the body holds none: of a form, or without messages.
 */
export function hashConversation(body: Buffer, { spans }: Pick<RequestFields, "spans">): number | null {
  const span = spans.messages ?? spans.prompt ?? spans.input;
  if (span === undefined) return null;
  const end = body[span.start] === OPEN_BRACKET ? endOfOpening(body, span.start) : span.end;
  if (end - span.start <= MOST_BYTES) return hashBytes(body.subarray(span.start, end));
  // A long system message is shared by many: what tells them apart stands at the end.
  const half = MOST_BYTES / 2;
  return hashBytes(
    Buffer.concat([body.subarray(span.start, span.start + half), body.subarray(end - half, end)]),
  );
}

function endOfOpening(body: Buffer, start: number): number {
  const first = skipSpace(body, start + 1);
  const firstEnd = skipValue(body, first);
  if (firstEnd === -1) return first;
  const head = body.toString("latin1", first, Math.min(firstEnd, first + MOST_BYTES));
  if (!/"role"\s*:\s*"(system|developer)"/.test(head)) return firstEnd;
  const comma = skipSpace(body, firstEnd);
  if (body[comma] !== COMMA) return firstEnd;
  const secondEnd = skipValue(body, skipSpace(body, comma + 1));
  return secondEnd === -1 ? firstEnd : secondEnd;
}
