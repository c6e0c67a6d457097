import { CohereClient, CohereClientV2 } from "cohere-ai";
import * as fc from "fast-check";
import { toFile } from "openai";
import { describe, expect, test } from "vitest";
import { collect, gatewayFor, MASTER_KEY, UPSTREAM, type Gateway } from "./harness.ts";
import { field, file, multipart } from "./multipart.ts";
import { recorder, type Reply } from "./recorder.ts";

const json = (value: unknown): Reply => ({ body: JSON.stringify(value) });
const USAGE = { prompt_tokens: 1, total_tokens: 1 };

/** Endpoint, paths that lead to it, where it is asked for, what it is asked, what it answers and what the app gets. */
const PASSED: readonly [string, readonly string[], string, object, object, object?][] = [
  [
    "score",
    ["/v1/score", "/score"],
    "/v1/score",
    { text_1: "a", text_2: "b" },
    { id: "s", model: UPSTREAM, data: [{ index: 0, object: "score", score: 0.5 }], usage: USAGE },
  ],
  [
    "classify",
    ["/classify", "/v1/classify"],
    "/classify",
    { input: "a" },
    { model: UPSTREAM, data: [{ index: 0, label: "x", probs: [1] }] },
  ],
  [
    "pooling",
    ["/pooling"],
    "/pooling",
    { input: "a" },
    { model: UPSTREAM, data: [{ index: 0, data: [1, 2] }] },
  ],
  [
    "tokenize",
    ["/tokenize", "/v1/tokenize"],
    "/tokenize",
    { prompt: "a" },
    { count: 1, max_model_len: 10, tokens: [7], token_strs: null },
  ],
  ["detokenize", ["/detokenize"], "/detokenize", { tokens: [7] }, { prompt: "model" }],
  [
    "moderations",
    ["/v1/moderations", "/openai/v1/moderations"],
    "/v1/moderations",
    { input: "a" },
    { id: "m", model: UPSTREAM, results: [{ flagged: false }] },
  ],
  [
    "images_generations",
    ["/v1/images/generations"],
    "/v1/images/generations",
    { prompt: "a" },
    { created: 1, data: [{ b64_json: "AA==" }] },
  ],
  [
    "rerank",
    ["/v1/rerank", "/rerank", "/v2/rerank"],
    "/v1/rerank",
    { query: "q", documents: ["a"] },
    {
      id: "r",
      model: UPSTREAM,
      usage: USAGE,
      results: [{ index: 0, relevance_score: 0.9, document: { text: "a" } }],
    },
  ],
];

describe.each(PASSED)("%s", (...[, paths, upstream, asked, answered]) => {
  test.each(paths)("at %s", async (path) => {
    const backend = await recorder(() => json(answered));
    const gateway = await gatewayFor({ chat: [backend] });
    const answer = await gateway.ask(path, { body: { model: "chat", ...asked } });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual("model" in answered ? { ...answered, model: "chat" } : answered);
    const [seen] = backend.requests;
    expect([seen?.method, seen?.path]).toEqual(["POST", upstream]);
    expect(seen?.body.toString()).toBe(JSON.stringify({ model: UPSTREAM, ...asked }));
  });
});

test.each(["/openai/deployments/chat", "/engines/chat", "/v1/engines/chat"])(
  "a model in the path counts before the body's, and is put where there is none: %s",
  async (prefix) => {
    const backend = await recorder(() => json({ model: UPSTREAM, data: [] }));
    const gateway = await gatewayFor({ chat: [backend] });
    const route = `${prefix}/embeddings?api-version=2024-10-21`;
    for (const body of [{ input: "a" }, { model: "other", input: "a" }])
      expect((await gateway.ask(route, { body })).json().model).toBe("chat");
    expect(backend.requests.map(({ path }) => path)).toEqual(["/v1/embeddings", "/v1/embeddings"]);
    expect(backend.requests.map(({ body }) => JSON.parse(body.toString()))).toEqual([
      { model: UPSTREAM, input: "a" },
      { model: UPSTREAM, input: "a" },
    ]);
  },
);

describe("rerank", () => {
  const RESULTS = [
    { index: 1, relevance_score: 0.9, document: { text: "b" } },
    { index: 0, relevance_score: 0.1, document: { text: "a" } },
  ];

  test.each<[string, unknown]>([
    [
      "SGLang",
      RESULTS.map(({ index, relevance_score: score, document }) => ({
        score,
        document: document.text,
        index,
        meta_info: {},
      })),
    ],
    [
      "TEI, in any order",
      RESULTS.toReversed().map(({ index, relevance_score: score, document }) => ({
        index,
        score,
        text: document.text,
      })),
    ],
  ])("answers of %s have the shape that clients know", async (_server, list) => {
    const gateway = await gatewayFor({ chat: [await recorder(() => json(list))] });
    const answer = await gateway.ask("/v1/rerank", {
      body: { model: "chat", query: "q", documents: ["a", "b"] },
    });
    expect(answer.json()).toEqual({ id: expect.any(String), model: "chat", results: RESULTS });
  });

  test("a TEI is asked at its own place in its own words, for as many as are wanted", async () => {
    const backend = await recorder(() =>
      json([
        { index: 0, score: 0.1 },
        { index: 1, score: 0.9 },
      ]),
    );
    const kind = { kind: "tei", version: null, root: null, parent: null, maxModelLen: null } as const;
    const gateway = await gatewayFor(
      { chat: [backend] },
      { says: { "chat-1": { reason: "ok", served: kind } } },
    );
    const body = { model: "chat", query: "q", documents: ["a", "b"], top_n: 1, return_documents: true };
    const answer = await gateway.ask("/v1/rerank", { body });
    expect(answer.json().results).toEqual([{ index: 1, relevance_score: 0.9 }]);
    const [seen] = backend.requests;
    expect(seen?.path).toBe("/rerank");
    expect(JSON.parse(seen?.body.toString() ?? "")).toEqual({
      model: UPSTREAM,
      query: "q",
      texts: ["a", "b"],
      top_n: 1,
      return_text: true,
    });
  });

  test("Cohere's own clients read answers and errors", async () => {
    const backend = await recorder(() => json({ id: "r", model: UPSTREAM, results: RESULTS, usage: USAGE }));
    const gateway = await gatewayFor({ chat: [backend] });
    const options = { token: MASTER_KEY, environment: gateway.url, baseUrl: gateway.url };
    const asked = { model: "chat", query: "q", documents: ["a", "b"] };
    for (const client of [new CohereClient(options), new CohereClientV2(options)]) {
      const { results } = await client.rerank(asked);
      expect(results.map(({ index, relevanceScore }) => [index, relevanceScore])).toEqual([
        [1, 0.9],
        [0, 0.1],
      ]);
      const unknown = client.rerank({ ...asked, model: "codr" }, { maxRetries: 0 });
      await expect(unknown).rejects.toMatchObject({
        statusCode: 404,
        body: { message: expect.stringContaining("codr") },
      });
    }
  });
});

describe("a form", () => {
  const BOUNDARY = "----form";
  const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const post = (prefix: string, parts: Parameters<typeof multipart>[1]) => ({
    route: `${prefix}/audio/transcriptions`,
    question: {
      headers: FORM,
      body: multipart(BOUNDARY, parts),
    },
  });
  const SOUND = file("file", Buffer.from([0, 1, 2, 255]));

  test("whose path names the model needs no field for it, and gets one", async () => {
    const backend = await recorder(() => json({ text: "hi" }));
    const gateway = await gatewayFor({ chat: [backend] });
    for (const parts of [[SOUND], [SOUND, field("model", "other")]]) {
      const { route, question } = post("/openai/deployments/chat", parts);
      expect((await gateway.ask(route, question)).status).toBe(200);
    }
    expect(backend.requests.map(({ body }) => body)).toEqual([
      multipart(BOUNDARY, [field("model", UPSTREAM), SOUND]),
      multipart(BOUNDARY, [SOUND, field("model", UPSTREAM)]),
    ]);
  });

  describe("without a model", () => {
    /** An alias for each, of that mode. */
    const modes = (backend: { readonly url: string }, written: Readonly<Record<string, string>>) => ({
      model_list: Object.entries(written).map(([alias, mode]) => ({
        model_name: alias,
        litellm_params: { model: `openai/${UPSTREAM}`, api_base: backend.url },
        model_info: { id: `${alias}-1`, mode },
      })),
    });
    const hear = (gateway: Gateway, path: string) =>
      gateway.ask(path, { body: multipart(BOUNDARY, [SOUND]), headers: FORM });

    test.each(["/v1/audio/transcriptions", "/v1/audio/translations"])(
      "is for the one alias that hears, at %s",
      async (path) => {
        const backend = await recorder(() => json({ text: "hi" }));
        const aliases = { chat: [backend], whisper: [backend] };
        const settings = modes(backend, { chat: "chat", whisper: "audio_transcription" });
        const gateway = await gatewayFor(aliases, { settings });
        const answer = await hear(gateway, path);
        expect([answer.status, answer.headers["x-rollcall-deployment"]]).toEqual([200, "whisper-1"]);
        const wanted = multipart(BOUNDARY, [field("model", UPSTREAM), SOUND]);
        expect(backend.requests.map(({ body }) => body)).toEqual([wanted]);
      },
    );

    test.each<[string, Readonly<Record<string, string>>]>([
      ["where several hear", { one: "audio_transcription", two: "audio_transcription" }],
      ["where none is said to", { one: "chat", two: "chat" }],
    ])("is for none %s", async (_case, written) => {
      const backend = await recorder(() => json({ text: "hi" }));
      const aliases = { one: [backend], two: [backend] };
      const gateway = await gatewayFor(aliases, { settings: modes(backend, written) });
      const answer = await hear(gateway, "/v1/audio/transcriptions");
      expect([answer.status, answer.json().error.param, backend.requests.length]).toEqual([400, "model", 0]);
    });

    test("is moderated by the one alias that moderates", async () => {
      const backend = await recorder(() => json({ id: "m", model: UPSTREAM, results: [] }));
      const settings = modes(backend, { chat: "chat", guard: "moderation" });
      const gateway = await gatewayFor({ chat: [backend], guard: [backend] }, { settings });
      const answer = await gateway.ask("/v1/moderations", { body: { input: "Hi" } });
      expect([answer.status, answer.json().model]).toEqual([200, "guard"]);
      expect(JSON.parse(String(backend.requests[0]?.body))).toEqual({ model: UPSTREAM, input: "Hi" });
    });
  });

  test("of OpenAI's client is transcribed, as JSON and as text", async () => {
    const backend = await recorder(({ body }) =>
      body.includes("\r\ntext\r\n") ? { type: "text/plain", body: "hi\n" } : json({ text: "hi" }),
    );
    const client = (await gatewayFor({ whisper: [backend] })).client();
    const sound = () => toFile(Buffer.from([0, 1, 2]), "speech.wav");
    const heard = await client.audio.transcriptions.create({ model: "whisper", file: await sound() });
    expect(heard.text).toBe("hi");
    const text = await client.audio.transcriptions.create({
      model: "whisper",
      file: await sound(),
      response_format: "text",
    });
    expect(text).toBe("hi\n");
    const translated = await client.audio.translations.create({ model: "whisper", file: await sound() });
    expect(translated.text).toBe("hi");
    expect(backend.requests.every(({ body }) => body.includes(UPSTREAM) && !body.includes("whisper"))).toBe(
      true,
    );
  });

  const HEARD =
    'data: {"type":"transcript.text.delta","delta":"hi"}\n\ndata: {"type":"transcript.text.done","text":"hi"}\n\n';

  test.each<[string, string]>([
    ["OpenAI's", HEARD],
    [
      "vLLM's",
      `data: {"object":"transcription.chunk","model":"${UPSTREAM}","choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n`,
    ],
  ])("is transcribed in OpenAI's events where its server sends %s", async (_whose, events) => {
    const gateway = await gatewayFor({
      chat: [await recorder(() => ({ type: "text/event-stream", body: events }))],
    });
    const { route, question } = post("/v1", [SOUND, field("model", "chat"), field("stream", "true")]);
    const { text } = await gateway.ask(route, question);
    expect(text).toBe(HEARD);
  });

  test("that is not transcribed to its end says so", async () => {
    const events = 'data: {"type":"transcript.text.delta","delta":"hi"}\n\n';
    const gateway = await gatewayFor({
      chat: [await recorder(() => ({ type: "text/event-stream", body: events }))],
    });
    const { route, question } = post("/v1", [SOUND, field("model", "chat"), field("stream", "true")]);
    expect((await gateway.ask(route, question)).text).toMatch(/^data: \{"type".*\n\ndata: \{"error":/);
  });
});

test("speech and pictures reach OpenAI's client", async () => {
  const sound = Buffer.from([0xff, 0xfb, 0x22, 0x7b, 0]);
  const backend = await recorder(({ path }) =>
    path.endsWith("speech")
      ? { type: "audio/mpeg", body: sound }
      : json({ created: 1, data: [{ b64_json: "AA==" }] }),
  );
  const client = (await gatewayFor({ media: [backend] })).client();
  const spoken = await client.audio.speech.create({ model: "media", input: "hi", voice: "alloy" });
  expect(Buffer.from(await spoken.arrayBuffer())).toEqual(sound);
  const painted = await client.images.generate({ model: "media", prompt: "a cat" });
  expect(painted.data?.[0]?.b64_json).toBe("AA==");
  const image = await toFile(Buffer.from([1]), "cat.png");
  const edited = await client.images.edit({ model: "media", prompt: "a dog", image });
  expect(edited.data).toHaveLength(1);
});

test("pictures are streamed to their last event", async () => {
  const events = ["partial_image", "completed"]
    .map(
      (type) =>
        `event: image_generation.${type}\ndata: {"type":"image_generation.${type}","b64_json":"AA=="}\n\n`,
    )
    .join("");
  const client = (
    await gatewayFor({ media: [await recorder(() => ({ type: "text/event-stream", body: events }))] })
  ).client();
  const stream = await client.images.generate({ model: "media", prompt: "a cat", stream: true });
  expect((await collect(stream)).map(({ type }) => type)).toEqual([
    "image_generation.partial_image",
    "image_generation.completed",
  ]);
});

test("bodies reach backends as they came but for the name, whatever is in them", async () => {
  const backend = await recorder(() => json({ count: 1, tokens: [] }));
  const gateway = await gatewayFor({ chat: [backend] });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.json()), fc.constantFrom(0, 2), async (fields, indent) => {
      const { model: _none, ...rest } = fields;
      const sent = JSON.stringify({ ...rest, model: "chat" }, null, indent);
      const { status } = await gateway.ask("/tokenize", { body: sent });
      if (status === 400) return;
      const seen = backend.requests.at(-1)?.body.toString() ?? "";
      expect(seen).toBe(sent.replace(/"chat"(?=\s*\}$)/, JSON.stringify(UPSTREAM)));
    }),
    { numRuns: 100 },
  );
});
