import { hash, randomFrom } from "../random.ts";
import { json } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";
import { echoedName, readJson } from "./inference-request.ts";
import { readPrompt } from "./prompt.ts";
import { Refusal } from "./refusal.ts";
import { answerId, createdNow } from "./subject.ts";

/** A pair's score: the same seed and texts give the same one. */
function scoreOf({ backend }: Call, query: string, document: string): number {
  return randomFrom(backend.settings.seed ^ hash(`${query}\n${document}`))();
}

/** Texts as vLLM takes them: one, a list, or objects with a text or content in them. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((item: unknown) => {
    const { text } = (typeof item === "object" && item !== null ? item : {}) as { text?: unknown };
    return typeof item === "string" ? item : typeof text === "string" ? text : JSON.stringify(item);
  });
}

function tokensIn(all: readonly string[]): number {
  return all.reduce((sum, text) => sum + readPrompt(text).tokens, 0);
}

/** POST /rerank, /v1/rerank, /v2/rerank: best first. */
export async function rerank(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const model = echoedName(call, body["model"]);
  const { query, top_n: top } = body;
  const documents = texts(body["documents"]);
  if (typeof query !== "string") throw missing("query");
  if (body["documents"] === undefined) throw missing("documents");
  const ranked = documents
    .map((text, index) => ({
      index,
      document: { text, multi_modal: null },
      relevance_score: scoreOf(call, query, text),
    }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
  const results = typeof top === "number" && top > 0 ? ranked.slice(0, top) : ranked;
  const tokens = tokensIn([query, ...documents]);
  usedWhole(call, tokens);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  send(call, json(200, { id: answerId(call, "rerank"), model, usage, results }));
}

/** POST /score, /v1/score: every second text with the first, or each with its own. */
export async function score(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const model = echoedName(call, body["model"]);
  const first = texts(body["text_1"] ?? body["queries"] ?? body["data_1"]);
  const second = texts(body["text_2"] ?? body["documents"] ?? body["items"] ?? body["data_2"]);
  if (first.length === 0 || second.length === 0) throw missing("text_1");
  const pairs = second.map((text, index) => [first[first.length === 1 ? 0 : index] ?? "", text] as const);
  const data = pairs.map(([one, other], index) => ({
    index,
    object: "score",
    score: scoreOf(call, one, other),
  }));
  send(
    call,
    json(200, listed(call, { prefix: "score", model, data, tokens: tokensIn([...first, ...second]) })),
  );
}

/** POST /classify: a label for each input. */
export async function classify(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const model = echoedName(call, body["model"]);
  const inputs = texts(body["input"]);
  if (inputs.length === 0) throw missing("input");
  const data = inputs.map((text, index) => {
    const probability = scoreOf(call, "label", text);
    const label = probability < 0.5 ? "LABEL_0" : "LABEL_1";
    return { index, label, probs: [1 - probability, probability], num_classes: 2 };
  });
  send(call, json(200, listed(call, { prefix: "classify", model, data, tokens: tokensIn(inputs) })));
}

/** POST /pooling: the vector of each input, as its pooler gives it. */
export async function pooling(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const model = echoedName(call, body["model"]);
  const inputs = texts(body["input"] ?? body["messages"]);
  if (inputs.length === 0) throw missing("input");
  const data = inputs.map((text, index) => ({
    index,
    object: "pooling",
    data: [scoreOf(call, "0", text), scoreOf(call, "1", text)],
  }));
  send(call, json(200, listed(call, { prefix: "pool", model, data, tokens: tokensIn(inputs) })));
}

interface Listed {
  readonly prefix: string;
  readonly model: string;
  readonly data: readonly object[];
  readonly tokens: number;
}

function usedWhole({ exchange, used }: Call, input: number): void {
  exchange.onOver((end) => {
    if (end === "completed") used({ input, output: 0 });
  });
}

function listed(call: Call, { prefix, model, data, tokens }: Listed): object {
  usedWhole(call, tokens);
  const usage = {
    prompt_tokens: tokens,
    total_tokens: tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
  };
  return { id: answerId(call, prefix), object: "list", created: createdNow(call), model, data, usage };
}

function missing(field: string): Refusal {
  return new Refusal({
    status: 400,
    type: "Bad Request",
    message: `[{'type': 'missing', 'loc': ('body', '${field}'), 'msg': 'Field required'}]`,
    param: field,
  });
}

const post = (route: Route) => ({ POST: route });

/** What a model that scores has. */
export const SCORE_ROUTES = {
  "/score": post(score),
  "/v1/score": post(score),
  "/rerank": post(rerank),
  "/v1/rerank": post(rerank),
  "/v2/rerank": post(rerank),
};

/** What a model that classifies has; every pooling model has the second. */
export const CLASSIFY_ROUTES = { "/classify": post(classify), "/pooling": post(pooling) };
