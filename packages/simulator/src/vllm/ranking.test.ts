import { expect, test } from "vitest";
import { ask, type Question } from "../../test/ask.ts";
import { running } from "../../test/running.ts";
import type { Simulator } from "../index.ts";

const SERVED = { servedNames: ["m"], tasks: ["score", "classify"] } as const;
const asked = async ({ url }: Simulator, path: string, question: Question) => {
  const reply = await ask(url + path, question);
  return { status: reply.status, json: reply.json() as unknown };
};
const simulator = () => running({ servedNames: [...SERVED.servedNames], tasks: [...SERVED.tasks] });

test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("%s ranks documents, the best first", async (path) => {
  const json = { query: "q", documents: ["a", { text: "b" }, "c"], top_n: 2 };
  const { status, json: answer } = await asked(await simulator(), path, { json });
  const { results, ...rest } = answer as { results: { relevance_score: number; document: object }[] };
  expect(status).toBe(200);
  expect(rest).toEqual({
    id: expect.stringMatching(/^rerank-/),
    model: "m",
    usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) },
  });
  expect(results).toHaveLength(2);
  expect(results[0]?.relevance_score).toBeGreaterThanOrEqual(results[1]?.relevance_score ?? 1);
  expect(results[0]?.document).toEqual({ text: expect.any(String), multi_modal: null });
});

test.each<[string, object, object]>([
  ["/score", { text_1: "a", text_2: ["b", "c"] }, { index: 1, object: "score", score: expect.any(Number) }],
  [
    "/v1/score",
    { queries: ["a", "b"], documents: ["c", "d"] },
    { index: 1, object: "score", score: expect.any(Number) },
  ],
  [
    "/classify",
    { input: ["a", "b"] },
    { index: 1, label: expect.any(String), probs: [expect.any(Number), expect.any(Number)], num_classes: 2 },
  ],
  [
    "/pooling",
    { input: ["a", "b"] },
    { index: 1, object: "pooling", data: [expect.any(Number), expect.any(Number)] },
  ],
])("%s has an entry for each text", async (path, json, last) => {
  const { json: answer } = await asked(await simulator(), path, { json });
  const { data, model } = answer as { data: object[]; model: string };
  expect([data.length, model]).toEqual([2, "m"]);
  expect(data[1]).toEqual(last);
});

test("what is missing is named, and another model is not there", async () => {
  const server = await simulator();
  const missing = await asked(server, "/v1/rerank", { json: { query: "q" } });
  expect([missing.status, JSON.stringify(missing.json)]).toEqual([400, expect.stringContaining("documents")]);
  expect(
    (await asked(server, "/v1/rerank", { json: { model: "x", query: "q", documents: [] } })).status,
  ).toBe(404);
});

test("routes are there for what the model is for", async () => {
  const server = await running({ servedNames: ["m"] });
  expect((await asked(server, "/v1/rerank", { json: {} })).status).toBe(404);
});
