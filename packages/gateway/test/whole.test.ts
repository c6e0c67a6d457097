import { describe, expect, test, vi } from "vitest";
import { gatewayFor, simulator, type Answer } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

/** Whole or not whole: what says 200 is an answer only where it ends as one. */
const event = (value: unknown) =>
  `data: ${typeof value === "string" ? value : JSON.stringify({ model: "up", ...(value as object) })}\n\n`;
const delta = (content: string | null, finish: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});
const ROLE = { choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] };
const LLAMACPP_ROLE = {
  choices: [{ finish_reason: null, index: 0, delta: { role: "assistant", content: null } }],
};
const DONE = "data: [DONE]\n\n";

/** A backend that streams this text to everybody, and ends well as far as HTTP goes. */
const streaming = (...pieces: readonly string[]) =>
  rawBackend((socket) =>
    socket.write(STREAM_HEAD + pieces.map((piece) => chunk(piece)).join("") + LAST_CHUNK),
  );

const answering = (body: string, type = "application/json") =>
  rawBackend((socket) =>
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );

const from = ({ headers }: Answer) => headers["x-rollcall-deployment"];

describe("a stream with nothing in it is tried elsewhere", () => {
  test.each<[string, readonly string[]]>([
    ["no event", []],
    ["only its opening", [event(ROLE)]],
    ["llama.cpp's opening", [event(LLAMACPP_ROLE)]],
    ["only [DONE]", [DONE]],
    ["an opening and [DONE], as a vLLM that stops ends what is queued", [event(ROLE), DONE]],
    ["the same in one piece", [event(ROLE) + DONE]],
    ["only comments", [": ping\n\n", ":\n\n"]],
    ["a chunk without choices", [event({ choices: [] })]],
    ["half an event", ['data: {"choi']],
    ["a page", ["<html>\n\n<p>Sign in</p>\n\n</html>"]],
  ])("%s", async (_case, pieces) => {
    const bad = await streaming(...pieces);
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    const answer = await gateway.chat({ stream: true });
    expect(from(answer)).toBe("chat-2");
    expect(answer.text.endsWith(DONE)).toBe(true);
    expect(bad.requests).toBe(1);
  });

  test.each([
    ["a page", "<html>Sign in</html>", "text/html"],
    ["words", "OK", "text/plain"],
    ["an error in plain text", '{"error":"boom"}', "text/plain"],
    ["an error in a line of JSON", '{"error":"boom"}\n', "application/x-ndjson"],
    ["another object", '{"status":"ok"}', "application/json"],
    ["nothing of no type", "", "text/plain"],
  ])("%s, that is none", async (_case, body, type) => {
    const bad = await answering(body, type);
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    const answer = await gateway.chat({ stream: true });
    expect(from(answer)).toBe("chat-2");
    expect(answer.text.endsWith(DONE)).toBe(true);
  });

  test("and is an error where there is nobody else", async () => {
    const gateway = await gatewayFor({ chat: [await streaming(event(ROLE), DONE)] });
    const answer = await gateway.chat({ stream: true });
    expect(answer.status).toBe(503);
    expect(answer.headers["x-rollcall-reason"]).toBe("draining");
    expect(answer.json().error.message).toContain("without a finish reason");
  });
});

describe("an error as the first event is tried elsewhere, in every spelling", () => {
  const BOOM = { message: "boom", type: "InternalServerError", code: 500 };
  test.each<[string, readonly string[]]>([
    ["vLLM's", [`data: ${JSON.stringify({ error: BOOM })}\n\n`]],
    ["with its event named", [`event: error\ndata: ${JSON.stringify({ error: BOOM })}\n\n`]],
    ["named, with a text of its own", ["event: error\ndata: boom\n\n"]],
    ["TGI's", ['data:{"error":"CUDA out of memory","error_type":"generation"}\n\n']],
    ["flat with spaces", ['data: {"object": "error", "message": "boom", "code": 500}\n\n']],
    ["in another order", ['data: {"code":500,"message":"boom","object":"error"}\n\n']],
    ["a framework's", ['data: {"detail":"Model overloaded"}\n\n']],
    ["llama.cpp's behind its pings", [":\n\n", ":\n\n", 'data: {"error":{"code":500,"message":"boom"}}\n\n']],
    ["behind openings", [event(ROLE), event(LLAMACPP_ROLE), event({ error: BOOM })]],
    ["without a message", ['data: {"error":{"code":500}}\n\n']],
    ["ended by CR LF", [': x\r\n\r\ndata: {"error":"boom"}\r\n\r\n']],
  ])("%s", async (_case, pieces) => {
    const gateway = await gatewayFor({ chat: [await streaming(...pieces, DONE), await simulator()] });
    const answer = await gateway.chat({ stream: true });
    expect(from(answer)).toBe("chat-2");
    expect(answer.text).not.toContain("boom");
  });
});

describe("a stream that ends in its middle is told as cut", () => {
  test.each<[string, string, string]>([
    ["without any finish_reason", event(ROLE) + event(delta("The answer is")), "upstream_cut"],
    ["in the middle of an event", event(delta("The answer is")) + 'data: {"id":"c1","choi', "upstream_cut"],
    ["with [DONE] alone", event(delta("The answer is")) + DONE, "upstream_aborted"],
    [
      "by an error in another spelling",
      event(delta("The answer is")) + 'event: error\ndata: {"object": "error", "message": "boom"}\n\n',
      "upstream_aborted",
    ],
  ])("%s", async (_case, text, code) => {
    const good = await simulator();
    const gateway = await gatewayFor({ chat: [await streaming(text), good] });
    const answer = await gateway.chat({ stream: true });
    expect(answer.text).toContain("The answer is");
    expect(answer.text).toContain(`"code":"${code}"`);
    expect(answer.text).not.toMatch(/\[DONE\]|boom|"choi$/);
    expect(good.seen.count()).toBe(0);
    expect(await gateway.metric('interrupted_total{ending="upstream_aborted"}')).toBe(1);
  });

  test("completions as chats", async () => {
    const gateway = await gatewayFor({
      chat: [await streaming(event({ choices: [{ text: "x", finish_reason: null }] }), DONE)],
    });
    const body = { model: "chat", prompt: "x", stream: true };
    const { text } = await gateway.ask("/v1/completions", { body });
    expect(text).toContain("upstream_aborted");
    expect(text).not.toContain("[DONE]");
  });
});

test.each<[string, string]>([
  ["without [DONE]", event(ROLE) + event(delta("x")) + event(delta("", "stop"))],
  ["without a blank line at its end", event(delta("x")) + event(delta("", "stop")).trimEnd()],
  ["with usage behind its end", event(delta("x", "stop")) + event({ choices: [], usage: {} })],
  ["with no text at all", event(ROLE) + event(delta("", "stop")) + DONE],
])("a stream %s is whole", async (_case, text) => {
  const gateway = await gatewayFor({ chat: [await streaming(text)] });
  const answer = await gateway.chat({ stream: true });
  expect(answer.status).toBe(200);
  const named = text.replaceAll('"model":"up"', '"model":"chat"');
  // What the server left out is added: the blank line behind its last event, and the last event.
  const closed = named.endsWith("\n\n") ? named : `${named}\n\n`;
  expect(answer.text).toBe(closed.endsWith(DONE) ? closed : closed + DONE);
});

test("[DONE] is the end though the connection stays open, and the next stream has a connection", async () => {
  const backend = await rawBackend((socket) =>
    socket.write(STREAM_HEAD + chunk(event(delta("x", "stop")) + DONE)),
  );
  const gateway = await gatewayFor({ chat: [backend] }, { gateway: { idle_timeout: "300ms" } });
  for (let turn = 0; turn < 3; turn += 1) {
    const started = performance.now();
    expect((await gateway.chat({ stream: true })).text.endsWith(DONE)).toBe(true);
    expect(performance.now() - started).toBeLessThan(250);
  }
  expect(await gateway.metric('interrupted_total{ending="upstream_aborted"}')).not.toBeGreaterThan(0);
});

test("comments are no life: a stream that only pings is silent", async () => {
  const backend = await rawBackend((socket) => {
    socket.write(STREAM_HEAD + chunk(event(delta("x"))));
    const pings = setInterval(() => socket.write(chunk(": ping\n\n")), 50);
    socket.on("close", () => clearInterval(pings));
  });
  const gateway = await gatewayFor({ chat: [backend] }, { gateway: { idle_timeout: "400ms" } });
  expect((await gateway.chat({ stream: true })).text).toContain("upstream_idle_timeout");
});

test("pings are no first token, which a deployment that is late is not asked for again", async () => {
  const backend = await rawBackend((socket) => {
    socket.write(STREAM_HEAD);
    const pings = setInterval(() => socket.write(chunk(":\n\n")), 50);
    socket.on("close", () => clearInterval(pings));
  });
  const gateway = await gatewayFor({ chat: [backend] }, { params: { stream_timeout: 0.4 } });
  const answer = await gateway.chat({ stream: true });
  expect(answer.status).toBe(504);
  expect(answer.json().error.code).toBe("upstream_timeout_first_token");
  expect(backend.requests).toBe(1);
});

describe("a 200 without an answer in it is tried elsewhere", () => {
  test.each<[string, string, string?]>([
    ["an error with a code", '{"error":{"message":"ResourceExhausted","code":502}}'],
    ["an error that is a text", '{"error":"model runner has unexpectedly stopped"}'],
    ["nothing", ""],
    ["half a JSON text", '{"choices":[{"message":{"content":"x"'],
    ["another object", '{"status":"ok"}'],
    ["a page", "<html>Sign in</html>", "text/html"],
    ["words", "OK", "text/plain"],
  ])("%s", async (_case, body, type) => {
    const bad = await answering(body, type);
    const gateway = await gatewayFor({ chat: [bad, await simulator({ tasks: ["generate", "embed"] })] });
    expect(from(await gateway.chat())).toBe("chat-2");
    await gateway.tell({});
    expect(from(await gateway.ask("/v1/completions", { body: { model: "chat", prompt: "x" } }))).toBe(
      "chat-2",
    );
    await gateway.tell({});
    if (body.includes("choices")) return;
    expect(from(await gateway.ask("/v1/embeddings", { body: { model: "chat", input: "x" } }))).toBe("chat-2");
  });

  test("but the request's own fault is told", async () => {
    const fault = { object: "error", message: "maximum context length is 4096 tokens", code: 400 };
    const gateway = await gatewayFor({ chat: [await answering(JSON.stringify(fault)), await simulator()] });
    const answer = await gateway.chat();
    expect(answer.status).toBe(400);
    expect(answer.json().error.code).toBe("context_length_exceeded");
  });

  test("an answer whose end is that of its connection is whole only with its last brace", async () => {
    const bad = await rawBackend((socket) =>
      socket.end(
        'HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"choices":[{"message":{"content":"x',
      ),
    );
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    expect(from(await gateway.chat())).toBe("chat-2");
  });
});

test("a vLLM that gets SIGTERM loses none of the requests that it has queued", async () => {
  const [going, good] = [await simulator({ maxNumSeqs: 1, tokensPerSecond: 10 }), await simulator()];
  const gateway = await gatewayFor({ chat: [going, good] });
  const first = gateway.chat({ stream: true });
  await vi.waitFor(() => expect(going.seen.inFlight).toBe(1));
  const queued = [true, false, true].map((stream) => gateway.chat({ stream }));
  await vi.waitFor(() => expect(going.seen.inFlight).toBe(4));
  await going.control.terminate();
  for (const answer of await Promise.all(queued)) {
    expect([answer.status, from(answer)]).toEqual([200, "chat-2"]);
    expect(answer.text).not.toContain("upstream_aborted");
  }
  expect((await first).text).toMatch(/upstream_aborted|\[DONE\]/);
});
