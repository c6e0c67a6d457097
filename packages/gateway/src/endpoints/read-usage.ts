import { isRecord } from "@rollcall/contract";
import { skipSpace, skipValue } from "../body/json-scan.ts";
import type { TokenUsage } from "../observe/token-usage.ts";

/** In the text of an answer its quotes would be escaped. */
const KEY = Buffer.from('"usage"');

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;

/** Usage stands near an end of an answer: in the rest of one that is longer than this by far it is not looked for. */
const END_BYTES = 4_096;
const SHORT_BYTES = 64 * 1024;

/** No usage is longer. */
const LONGEST = 4_096;

/**
 * What an answer, or the part of a stream that has it, says it used, over what was `known` before: Anthropic says the input
 * first and the output last. `known` where it says nothing.
 */
export function readUsage(answer: Buffer, known: TokenUsage | null): TokenUsage | null {
  if (answer.length <= SHORT_BYTES) return lastIn(answer, known);
  const behind = lastIn(answer.subarray(-END_BYTES), known);
  // vLLM's rerank says it first.
  return behind === known ? lastIn(answer.subarray(0, END_BYTES), known) : behind;
}

function lastIn(bytes: Buffer, known: TokenUsage | null): TokenUsage | null {
  for (let at = bytes.lastIndexOf(KEY); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(KEY, at - 1)) {
    const colon = skipSpace(bytes, at + KEY.length);
    if (bytes[colon] !== COLON) continue;
    const start = skipSpace(bytes, colon + 1);
    if (bytes[start] !== OPEN_BRACE) continue;
    const end = skipValue(bytes, start);
    if (end === -1 || end - start > LONGEST) continue;
    const usage = parse(bytes.toString("latin1", start, end));
    if (usage !== null) return merged(usage, known);
  }
  return known;
}

function parse(text: string): TokenUsage | null {
  try {
    const written: unknown = JSON.parse(text);
    return isRecord(written) ? countsIn(written) : null;
  } catch {
    return null;
  }
}

/** Null where it counts no tokens: seconds of sound are none. */
function countsIn(written: Record<string, unknown>): TokenUsage | null {
  const output = count(written["completion_tokens"]) ?? count(written["output_tokens"]);
  const input = inputIn(written) ?? (output === null ? count(written["total_tokens"]) : null);
  if (input === null && output === null) return null;
  const read = detail(written, "prompt_tokens_details", "input_tokens_details");
  const made = detail(written, "completion_tokens_details", "output_tokens_details");
  return {
    input,
    output,
    cached: count(read?.["cached_tokens"]) ?? count(written["cache_read_input_tokens"]),
    reasoning: count(made?.["reasoning_tokens"]),
  };
}

/** Anthropic's `input_tokens` are those alone that no cache was asked about; OpenAI's are all. */
function inputIn(written: Record<string, unknown>): number | null {
  const all = count(written["prompt_tokens"]);
  if (all !== null) return all;
  const input = count(written["input_tokens"]);
  if (input === null) return null;
  const cached = count(written["cache_read_input_tokens"]) ?? 0;
  return input + cached + (count(written["cache_creation_input_tokens"]) ?? 0);
}

function detail(
  written: Record<string, unknown>,
  ofChats: string,
  ofResponses: string,
): Record<string, unknown> | null {
  const found = written[ofChats] ?? written[ofResponses];
  return isRecord(found) ? found : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function merged(usage: TokenUsage, known: TokenUsage | null): TokenUsage {
  if (known === null) return usage;
  return {
    input: usage.input ?? known.input,
    output: usage.output ?? known.output,
    cached: usage.cached ?? known.cached,
    reasoning: usage.reasoning ?? known.reasoning,
  };
}
