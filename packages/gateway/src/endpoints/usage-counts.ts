import { leaveOut, NO_EDITS, type Edit } from "../body/edits.ts";
import type { Span } from "../body/json-fields.ts";
import { membersOf } from "../body/json-walk.ts";

const OPEN_BRACKET = 0x5b;
const DETAILS = "_tokens_details";

/**
 * Leaves the lists out of the details of the usage at `span`: OpenAI has only counts there, and vLLM adds
 * `input_tokens_per_turn: []` and its like, by which @openai/agents refuses a stream.
 */
export function countsAlone(bytes: Buffer, span: Span): readonly Edit[] {
  const list = bytes.indexOf(OPEN_BRACKET, span.start);
  if (list === -1 || list > span.end) return NO_EDITS;
  const edits: Edit[] = [];
  for (const { key, value } of membersOf(bytes, span)) {
    if (!key.endsWith(DETAILS)) continue;
    const isList = (member: { readonly value: Span }) => bytes[member.value.start] === OPEN_BRACKET;
    edits.push(...leaveOut([...membersOf(bytes, value)], isList));
  }
  return edits;
}
