import { expect, test } from "vitest";
import { ask, type Reply } from "../../test/ask.ts";
import { chat } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import type { Simulator } from "../index.ts";

function embed(simulator: Simulator, json: object): Promise<Reply> {
  return ask(`${simulator.url}/v1/embeddings`, { json });
}

test("one vector of length 1 comes back per input, the same for the same text", async () => {
  const simulator = await running({ tasks: ["embed"] });
  const reply = (await embed(simulator, { input: ["alpha", "beta", "alpha"] })).json();
  expect(reply).toMatchObject({
    object: "list",
    model: "gpt-oss-120b",
    data: [{ index: 0, object: "embedding" }, { index: 1 }, { index: 2 }],
    usage: { prompt_tokens: 4, total_tokens: 4, completion_tokens: 0 },
  });
  const [alpha, beta, again] = reply.data.map((item: { embedding: number[] }) => item.embedding);
  expect(alpha).toHaveLength(16);
  expect(Math.hypot(...alpha)).toBeCloseTo(1, 5);
  expect(again).toEqual(alpha);
  expect(beta).not.toEqual(alpha);
});

test("base64 holds the same numbers as little-endian floats", async () => {
  const simulator = await running({ tasks: ["embed"] });
  const floats = (await embed(simulator, { input: "x" })).json().data[0].embedding;
  const packed = (await embed(simulator, { input: "x", encoding_format: "base64" })).json().data[0].embedding;
  const bytes = Buffer.from(packed, "base64");
  expect(floats.map((_: number, index: number) => bytes.readFloatLE(index * 4))).toEqual(floats);
  expect(bytes).toHaveLength(64);
});

test("dimensions are respected, and an input must be there", async () => {
  const simulator = await running({ tasks: ["embed"] });
  expect((await embed(simulator, { input: "x", dimensions: 3 })).json().data[0].embedding).toHaveLength(3);
  expect((await embed(simulator, {})).json().error.param).toBe("body.input");
});

test("a model that generates has no embeddings, and one that embeds does not chat", async () => {
  const [generating, embedding] = [await running(), await running({ tasks: ["embed"] })];
  const nothing = { status: 404, text: '{"detail":"Not Found"}' };
  expect(await embed(generating, { input: "x" })).toMatchObject(nothing);
  expect(await chat(embedding)).toMatchObject(nothing);
  const both = await running({ tasks: ["generate", "embed"] });
  expect((await embed(both, { input: "x" })).status).toBe(200);
  expect((await chat(both)).status).toBe(200);
});
