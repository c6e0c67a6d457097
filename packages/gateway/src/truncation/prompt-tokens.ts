/** In the text of an answer its quotes would be escaped. */
const KEY = Buffer.from('"prompt_tokens"');

/** Usage is among the last fields of an answer, and of a stream the last event but one. */
const LOOKED_AT_BYTES = 4_096;

/** No count has more digits. */
const LONGEST_VALUE = 16;

const VALUE = /^\s*:\s*(\d+)\s*[,}]/;

/** How many tokens of its prompt an answer, or the end of a stream, says were read; null where it does not say. */
export function findPromptTokens(answer: Buffer): number | null {
  const end = answer.length > LOOKED_AT_BYTES ? answer.subarray(-LOOKED_AT_BYTES) : answer;
  const key = end.lastIndexOf(KEY);
  if (key === -1) return null;
  const from = key + KEY.length;
  const [, digits] = VALUE.exec(end.toString("latin1", from, from + LONGEST_VALUE)) ?? [];
  return digits === undefined ? null : Number(digits);
}
