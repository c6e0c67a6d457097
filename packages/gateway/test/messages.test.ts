import Anthropic, { AuthenticationError, NotFoundError } from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { collect, gatewayFor, MASTER_KEY, simulator, UPSTREAM, type Gateway } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

const HI = [{ role: "user" as const, content: "Say something, please." }];
const ASKED = { model: "chat", max_tokens: 5, messages: HI };

const client = (gateway: Gateway, options = {}) =>
  new Anthropic({ baseURL: gateway.url, apiKey: MASTER_KEY, maxRetries: 0, ...options });

describe("Anthropic's own client", () => {
  test("has a message under the alias, whole and streamed", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const whole = await client(gateway).messages.create(ASKED);
    expect(whole).toMatchObject({ model: "chat", role: "assistant", stop_reason: "max_tokens" });
    expect(backend.seen.last()).toMatchObject({ path: "/v1/messages", model: UPSTREAM });
    const stream = client(gateway).messages.stream(ASKED);
    const events = await collect(stream);
    expect(events.at(0)).toMatchObject({ type: "message_start", message: { model: "chat" } });
    expect(events.at(-1)?.type).toBe("message_stop");
    expect((await stream.finalMessage()).content).toEqual(whole.content);
  });

  test("has tokens counted", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const { input_tokens: tokens } = await client(gateway).messages.countTokens({
      model: "chat",
      messages: HI,
    });
    expect(tokens).toBeGreaterThan(0);
  });

  test("is known by either header, at every path that it may be pointed to", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    for (const baseURL of [gateway.url, `${gateway.url}/anthropic`]) {
      const bearer = client(gateway, { baseURL, apiKey: null, authToken: MASTER_KEY });
      expect((await bearer.messages.create(ASKED)).model).toBe("chat");
      expect((await client(gateway, { baseURL }).beta.messages.create(ASKED)).model).toBe("chat");
    }
  });

  test("reads errors as its own, with the request's id", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const unknown = await client(gateway)
      .messages.create({ ...ASKED, model: "codr" })
      .catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown).toMatchObject({ error: { type: "error", error: { type: "not_found_error" } } });
    expect((unknown as NotFoundError).requestID).toMatch(/./);
    const wrong = client(gateway, { apiKey: "sk-wrong" }).messages.create(ASKED);
    await expect(wrong).rejects.toBeInstanceOf(AuthenticationError);
  });

  test("is told in its own shape what a backend says in OpenAI's", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const { status, text } = await gateway.ask("/v1/messages", { body: { model: "chat", messages: "none" } });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  });
});

test("what servers of one's own refuse does not reach them", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] });
  await gateway.ask("/v1/messages", {
    body: { ...ASKED, tools: [{ type: "web_search_20250305", name: "web_search" }] },
    headers: { "anthropic-beta": "x", "anthropic-version": "2023-06-01" },
  });
  const seen = backend.seen.last();
  expect(seen?.body).toEqual({ ...ASKED, model: UPSTREAM });
  expect(Object.keys(seen?.headers ?? {}).filter((name) => name.startsWith("anthropic"))).toEqual([]);
});

describe("a stream of messages", () => {
  const event = (type: string, rest: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const START = event("message_start", {
    message: { model: UPSTREAM, role: "assistant", content: [], stop_reason: null },
  });
  const BLOCK = event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  const DELTA = event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "Hi" } });
  const END = (reason: string | null) => event("message_delta", { delta: { stop_reason: reason } });
  const STOP = event("message_stop");
  const streaming = (...events: readonly string[]) =>
    rawBackend((socket) => socket.write(STREAM_HEAD + events.map((one) => chunk(one)).join("") + LAST_CHUNK));

  test.each<[string, readonly string[]]>([
    ["only opened", [START]],
    ["opened a block", [START, BLOCK]],
    ["ended with nothing in it", [START, event("message_delta", { delta: { stop_reason: null } }), STOP]],
    ["began with an error", [event("error", { error: { type: "api_error", message: "no" } })]],
    ["began with an error in OpenAI's shape", ['data: {"error":{"message":"no","code":500}}\n\n']],
  ])("that %s is asked for elsewhere", async (_case, events) => {
    const gateway = await gatewayFor({ chat: [await streaming(...events), await simulator()] });
    const answer = await gateway.ask("/v1/messages", { body: { ...ASKED, stream: true } });
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(answer.text).toContain("message_stop");
  });

  test.each<[string, readonly string[]]>([
    ["without its last event", [START, BLOCK, DELTA, END("end_turn")]],
    ["without a reason", [START, BLOCK, DELTA, END(null), STOP]],
    [
      "by an error in OpenAI's shape",
      [START, BLOCK, DELTA, 'data: {"error":{"message":"no","code":500}}\n\n'],
    ],
  ])("that ended %s ends with Anthropic's error, once", async (_case, events) => {
    const gateway = await gatewayFor({ chat: [await streaming(...events)] });
    const { text } = await gateway.ask("/v1/messages", { body: { ...ASKED, stream: true } });
    const [last = ""] = text.trimEnd().split("\n\n").slice(-1);
    expect(last).toMatch(/^event: error\ndata: \{"type":"error","error":\{"type":"api_error","message":/);
    expect(text.match(/event: (error|message_stop)/g)).toHaveLength(1);
  });
});

test("a whole message that was aborted is asked for elsewhere", async () => {
  const body = JSON.stringify({ type: "message", content: [], model: UPSTREAM, stop_reason: null });
  const aborted = await rawBackend((socket) =>
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ),
  );
  const gateway = await gatewayFor({ chat: [aborted, await simulator()] });
  const answer = await gateway.ask("/v1/messages", { body: ASKED });
  expect([answer.status, answer.headers["x-rollcall-deployment"]]).toEqual([200, "chat-2"]);
});
