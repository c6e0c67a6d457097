import { ENDPOINTS } from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import {
  gatewayFor,
  simulator,
  UPSTREAM,
  type Answer,
  type Gateway,
  type Json,
  type Said,
} from "./harness.ts";
import { rawBackend } from "./raw-backend.ts";

const FACTS = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null } as const;

/** What the prober says of one that it found not to have these endpoints. */
function lacking(...missing: readonly string[]): Said {
  return { reason: "ok", served: { ...FACTS, missing } };
}

/** What matters of an answer. */
function gist({ status, headers, text }: Answer) {
  const { "x-rollcall-deployment": deployment, "x-rollcall-attempts": attempts } = headers;
  const { error }: Json = JSON.parse(text);
  return { status, headers, text, deployment, attempts, error };
}

const embed = async (gateway: Gateway, model = "chat") =>
  gist(await gateway.ask("/v1/embeddings", { body: { model, input: "Hi" } }));

const generating = () => simulator();
const embedding = () => simulator({ tasks: ["embed"] });

const EMBEDDINGS = "/v1/embeddings";

function answerWith(status: string, body: string) {
  return rawBackend((socket) =>
    socket.write(`HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
  );
}

describe("an endpoint that the prober has found missing", () => {
  test("is asked of those deployments alone that have it", async () => {
    const [one, other] = [await generating(), await embedding()];
    const gateway = await gatewayFor(
      { chat: [one, other] },
      { says: { "chat-1": lacking("embeddings", "rerank"), "chat-2": lacking("chat_completions") } },
    );
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, deployment, attempts } = await embed(gateway);
      expect([status, deployment, attempts]).toEqual([200, "chat-2", undefined]);
      expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
    }
    expect([one.seen.count(EMBEDDINGS), other.seen.count("/v1/chat/completions")]).toEqual([0, 0]);
  });

  test("everywhere is a 404 that says what there is, and nothing of hosts or served names", async () => {
    const server = await generating();
    const has = new Set(["chat_completions", "completions"]);
    const missing = ENDPOINTS.map(({ name }) => name).filter((name) => !has.has(name));
    const gateway = await gatewayFor({ chat: [server] }, { says: { "chat-1": lacking(...missing) } });
    const { status, text, error } = await embed(gateway);
    expect(status).toBe(404);
    expect(error).toEqual({
      message: "The model `chat` has no /v1/embeddings: it serves /v1/chat/completions, /v1/completions.",
      type: "invalid_request_error",
      param: "model",
      code: "unsupported_endpoint",
    });
    expect(text).not.toContain(UPSTREAM);
    expect(server.seen.count(EMBEDDINGS)).toBe(0);
    expect(await gateway.metric('requests_total{endpoint="embeddings",status="404"}')).toBe(1);
  });

  test("where one that may have it is not ready is not ready", async () => {
    const gateway = await gatewayFor(
      { chat: [await generating(), await generating()] },
      { says: { "chat-1": lacking("embeddings"), "chat-2": "loading" } },
    );
    const { status, headers, error } = await embed(gateway);
    expect([status, error.code, headers["x-rollcall-reason"]]).toEqual([503, "model_not_ready", "loading"]);
    expect(error.message).toContain("(chat-2: loading)");
  });

  test("is asked of a fallback that has it", async () => {
    const gateway = await gatewayFor(
      { chat: [await generating()], spare: [await embedding()] },
      {
        says: { "chat-1": lacking("embeddings") },
        settings: { router_settings: { fallbacks: [{ chat: ["spare"] }] } },
      },
    );
    const { status, deployment } = await embed(gateway);
    expect([status, deployment]).toEqual([200, "spare-1"]);
  });

  test("is there again with the next snapshot that says so", async () => {
    const gateway = await gatewayFor(
      { chat: [await embedding()] },
      { says: { "chat-1": lacking("embeddings") } },
    );
    expect((await embed(gateway)).status).toBe(404);
    await gateway.tell({ "chat-1": lacking("chat_completions") });
    expect((await embed(gateway)).status).toBe(200);
  });
});

describe("an endpoint that a server turns out not to have", () => {
  test("is asked of another deployment, and held against nobody", async () => {
    const [one, other] = [await generating(), await embedding()];
    const gateway = await gatewayFor({ chat: [one, other] });
    for (let turn = 1; turn <= 8; turn += 1) {
      const { status, deployment, attempts } = await embed(gateway);
      expect([status, deployment, attempts]).toEqual([200, "chat-2", "2"]);
      expect(one.seen.count(EMBEDDINGS)).toBe(turn);
    }
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
    expect(await gateway.metric('attempt_failures_total{deployment="chat-1"}')).toBe(0);
  });

  test("nor any other is a 404 that says so, and the chat goes on", async () => {
    const [one, other] = [await generating(), await generating()];
    const gateway = await gatewayFor({ chat: [one, other] });
    for (let turn = 0; turn < 6; turn += 1) {
      const { status, headers, error } = await embed(gateway);
      expect(status).toBe(404);
      expect(headers["retry-after"]).toBe(undefined);
      expect(error).toEqual({
        message: "The model `chat` has no /v1/embeddings: its server has no such route.",
        type: "invalid_request_error",
        param: "model",
        code: "unsupported_endpoint",
      });
    }
    expect([one, other].map(({ seen }) => seen.count(EMBEDDINGS))).toEqual([6, 6]);
    expect((await gateway.chat()).status).toBe(200);
  });

  test.each<[string, string, string]>([
    [
      "llama.cpp",
      "404 Not Found",
      '{"error":{"message":"File Not Found","type":"not_found_error","code":404}}',
    ],
    [
      "llama.cpp, switched off",
      "501 Not Implemented",
      '{"error":{"code":501,"message":"This server does not support embeddings. Start it with `--embeddings`","type":"not_supported_error"}}',
    ],
    ["Ollama", "404 Not Found", "404 page not found"],
    ["TGI", "404 Not Found", ""],
    ["LM Studio", "200 OK", '{"error":"Unexpected endpoint or method. (POST /v1/embeddings)"}'],
    ["nginx", "404 Not Found", "<html><head><title>404 Not Found</title></head></html>"],
    ["one that has it for GET", "405 Method Not Allowed", ""],
  ])("as %s says it", async (_kind, status, body) => {
    const gateway = await gatewayFor({ chat: [await answerWith(status, body)] });
    const answer = await embed(gateway);
    expect([answer.status, answer.error.code]).toEqual([404, "unsupported_endpoint"]);
  });

  test("is no answer where one that has it has failed", async () => {
    const gateway = await gatewayFor({
      chat: [await answerWith("500 Internal Server Error", "boom"), await generating()],
    });
    const { status, error } = await embed(gateway);
    expect([status, error.code]).toEqual([502, "upstream_error"]);
  });

  test("is not what an unknown answer or adapter is: that goes to the app as it is", async () => {
    const body = '{"error":{"message":"No such adapter","type":"NotFoundError","param":"lora","code":404}}';
    const gateway = await gatewayFor({ chat: [await answerWith("404 Not Found", body), await generating()] });
    const { status, attempts, error } = gist(await gateway.chat());
    expect([status, error.message, attempts]).toEqual([404, "No such adapter", undefined]);
  });
});

describe("an endpoint that counts tokens, and that no deployment has", () => {
  const TEXT = "Say something, please. ".repeat(100);
  const COUNT = "/v1/messages/count_tokens";
  const MESSAGES_BODY = { model: "chat", system: "Be kind.", messages: [{ role: "user", content: TEXT }] };
  const INPUT = "/v1/responses/input_tokens";

  const count = (gateway: Gateway, path: string, body: object) => gateway.ask(path, { body });
  const WARNING = "x-rollcall-warning";

  test("is answered by the server's own tokenizer where it has one", async () => {
    const server = await simulator();
    const says = { "chat-1": lacking("messages_count_tokens", "responses_input_tokens") };
    const gateway = await gatewayFor({ chat: [server] }, { says });
    const answer = await count(gateway, COUNT, MESSAGES_BODY);
    expect([answer.status, Object.keys(answer.json()), answer.headers[WARNING]]).toEqual([
      200,
      ["input_tokens"],
      undefined,
    ]);
    expect(server.seen.last()).toMatchObject({ path: "/tokenize", model: UPSTREAM });
    expect(server.seen.count(COUNT)).toBe(0);
    const input = await count(gateway, INPUT, { model: "chat", instructions: "Be kind.", input: TEXT });
    expect(input.json()).toEqual({
      object: "response.input_tokens",
      input_tokens: answer.json().input_tokens,
    });
    expect(await gateway.metric('requests_total{endpoint="messages_count_tokens",status="200"}')).toBe(1);
  });

  test("is estimated where none can be asked, by what prompts of the alias have come to", async () => {
    const server = await simulator();
    const says: Record<string, Said> = {
      "chat-1": { reason: "ok", served: { ...FACTS, kind: "ollama", missing: ["messages_count_tokens"] } },
    };
    const gateway = await gatewayFor({ chat: [server] }, { says });
    const first = await count(gateway, COUNT, MESSAGES_BODY);
    expect([first.status, first.headers[WARNING]]).toEqual([200, "tokens_estimated"]);
    const bytes = TEXT.length + "Be kind.".length;
    expect(first.json().input_tokens).toBe(Math.ceil(bytes / 4) + 8);
    expect(server.seen.count()).toBe(0);
    const spoken = await gateway.ask("/v1/chat/completions", {
      body: { model: "chat", messages: MESSAGES_BODY.messages, max_tokens: 1 },
    });
    const read = Number(spoken.json().usage.prompt_tokens);
    for (let turn = 0; turn < 40; turn += 1)
      await gateway.ask("/v1/chat/completions", {
        body: { model: "chat", messages: MESSAGES_BODY.messages, max_tokens: 1 },
      });
    const later = await count(gateway, COUNT, MESSAGES_BODY);
    expect(Math.abs(later.json().input_tokens - read) / read).toBeLessThan(0.1);
  });

  test("is estimated too where the server says so itself, and blames nobody", async () => {
    const backend = await answerWith("404 Not Found", '{"detail":"Not Found"}');
    const gateway = await gatewayFor({ chat: [backend] });
    const answer = await count(gateway, COUNT, MESSAGES_BODY);
    expect([answer.status, answer.headers[WARNING]]).toEqual([200, "tokens_estimated"]);
    expect((await gateway.ask("/readyz?verbose")).text).toContain("chat: 1 ready\n");
  });

  test.each<[string, object]>([
    [COUNT, { model: "chat", messages: "Hi" }],
    [INPUT, { model: "chat" }],
  ])("without anything to count is a 400 at %s", async (path, body) => {
    const says = { "chat-1": lacking("messages_count_tokens", "responses_input_tokens") };
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says });
    const { status, text } = await count(gateway, path, body);
    expect(status).toBe(400);
    expect(text).toMatch(/`(?:messages|input)` must be a/);
  });

  test("of a model that is not ready is not ready", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says: { "chat-1": "loading" } });
    expect((await count(gateway, COUNT, MESSAGES_BODY)).status).toBe(503);
  });
});
