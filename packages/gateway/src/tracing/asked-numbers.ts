import { membersNamed, namesOf, type Names } from "../body/json-walk.ts";
import { skipSpace } from "../body/json-scan.ts";
import type { Span } from "../body/json-fields.ts";
import type { Attributes } from "./finished-span.ts";

/** Top-level numbers of a body, by OpenTelemetry's name for them. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ["max_tokens", "gen_ai.request.max_tokens"],
  ["max_completion_tokens", "gen_ai.request.max_tokens"],
  ["max_output_tokens", "gen_ai.request.max_tokens"],
  ["temperature", "gen_ai.request.temperature"],
  ["top_p", "gen_ai.request.top_p"],
  ["top_k", "gen_ai.request.top_k"],
  ["seed", "gen_ai.request.seed"],
  ["frequency_penalty", "gen_ai.request.frequency_penalty"],
  ["presence_penalty", "gen_ai.request.presence_penalty"],
  ["n", "gen_ai.request.choice.count"],
  ["dimensions", "gen_ai.embeddings.dimension.count"],
]);

const NUMBER_NAMES: Names = namesOf([...NUMBERS.keys()]);

/** Longer than this it is looked through for nothing that a person would miss. */
const LARGEST = 1024 * 1024;

const LONGEST_NUMBER = 32;

/** What a body asks for beside its prompt: numbers alone. Nothing of a body that is no JSON object. */
export function askedNumbers(body: Buffer): Attributes {
  const found: Record<string, number> = {};
  if (body.length > LARGEST) return found;
  for (const { key, value } of membersNamed(body, { start: skipSpace(body, 0) }, NUMBER_NAMES)) {
    const number = numberAt(body, value);
    const attribute = NUMBERS.get(key);
    if (number !== null && attribute !== undefined) found[attribute] = number;
  }
  return found;
}

function numberAt(body: Buffer, { start, end }: Span): number | null {
  if (end - start > LONGEST_NUMBER || start === end) return null;
  const number = Number(body.toString("latin1", start, end));
  return Number.isFinite(number) ? number : null;
}
