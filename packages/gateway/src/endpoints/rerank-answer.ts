import { isRecord } from "@rollcall/contract";
import { membersOf } from "../body/json-walk.ts";
import type { AttemptFacts } from "../observe/observer.ts";
import { Gathered } from "../upstream/transform/gathered.ts";

/**
 * Puts what servers answer into the shape that Cohere's, Jina's and LiteLLM's clients all read: an object with `results` of
 * `index` and `relevance_score`, best first. vLLM and llama.cpp have it; SGLang and TEI answer with a bare list of `score`s.
 */
export class RerankAnswer extends Gathered {
  readonly #attempt: AttemptFacts;
  readonly #topN: number;

  constructor(attempt: AttemptFacts) {
    super();
    this.#attempt = attempt;
    this.#topN = readTopN(attempt.ctx.body.bytes);
  }

  rewriteWhole(body: Buffer): readonly Buffer[] {
    // An object stays as it came, byte for byte.
    if (!/^\s*\[/.test(body.toString("latin1", 0, 64))) return [body];
    const { ctx } = this.#attempt;
    const answer = {
      id: ctx.requestId,
      model: ctx.fields.model,
      // TEI does not know `top_n`.
      results: readResults(JSON.parse(body.toString())).slice(0, this.#topN),
    };
    return [Buffer.from(JSON.stringify(answer))];
  }
}

/** How many results are wanted: all of them unless the request says so. */
function readTopN(body: Buffer): number {
  for (const { key, value } of membersOf(body, { start: body.indexOf("{") })) {
    if (key !== "top_n") continue;
    const top = Number(body.toString("latin1", value.start, value.end));
    if (Number.isInteger(top) && top > 0) return top;
  }
  return Infinity;
}

interface RerankResult {
  readonly index: number;
  readonly relevance_score: number;
  readonly document?: { readonly text: string };
}

/** Of SGLang: `{score, document, index}`; of TEI: `{score, text, index}`. What is neither is left out. */
export function readResults(list: unknown): readonly RerankResult[] {
  if (!Array.isArray(list)) return [];
  return list
    .flatMap((entry: unknown): RerankResult[] => {
      if (!isRecord(entry)) return [];
      const { index, score, document, text = document } = entry;
      if (typeof index !== "number" || typeof score !== "number") return [];
      return [{ index, relevance_score: score, ...(typeof text === "string" ? { document: { text } } : {}) }];
    })
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
}
