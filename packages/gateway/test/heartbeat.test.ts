import { request } from "undici";
import { describe, expect, test, vi } from "vitest";
import { collect, gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway, type Place } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

const COMMENT = ": heartbeat\n\n";
const BEAT = { stream_heartbeat: "100ms" };

const comments = (text: string) => text.split(COMMENT).length - 1;
/** What stands behind the comments. */
const rest = (text: string) => text.replaceAll(COMMENT, "");
const ended = (gateway: Gateway, ending: string) => gateway.metric(`interrupted_total{ending="${ending}"}`);
const requests = (gateway: Gateway, status: number) =>
  gateway.metric(`requests_total{alias="chat",status="${status}"}`);

async function beating(places: readonly Place[], options: Parameters<typeof gatewayFor>[1] = {}) {
  return gatewayFor({ chat: places }, { gateway: BEAT, ...options });
}

/** The error event that a stream ends with. */
const errorIn = (text: string) => JSON.parse(/^data: (.+)\n\n$/.exec(rest(text))?.[1] ?? "null")?.error;

describe("a stream whose first token is late", () => {
  test("begins with a 200 and comments, and goes on as ever", async () => {
    const gateway = await beating([await simulator({ firstTokenMs: 500 })]);
    const quick = await (await gatewayFor({ chat: [await simulator()] })).chat({ stream: true });
    const late = await gateway.chat({ stream: true });
    expect(late.status).toBe(200);
    expect(late.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    });
    expect(late.headers["x-request-id"]).toMatch(/./);
    expect(comments(late.text)).toBeGreaterThanOrEqual(2);
    expect(late.text.startsWith(COMMENT)).toBe(true);
    // All of them before the first event.
    expect(late.text.lastIndexOf(COMMENT)).toBeLessThan(late.text.indexOf("data:"));
    expect(rest(late.text).split("\n\n")).toHaveLength(quick.text.split("\n\n").length);
    expect(late.text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await requests(gateway, 200)).toBe(1);
    expect(await ended(gateway, "upstream_aborted")).toBe(0);
  });

  test("is read by OpenAI's client without a word of it", async () => {
    const gateway = await beating([await simulator({ firstTokenMs: 300 })]);
    const stream = await gateway
      .client()
      .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
    const chunks = await collect(stream);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });

  test("has its head before its first event", async () => {
    const backend = await simulator();
    backend.control.fault("hang");
    const gateway = await beating([backend]);
    const { statusCode, body } = await request(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "chat", messages: MESSAGES, stream: true }),
    });
    expect(statusCode).toBe(200);
    expect(await gateway.inFlight()).toBe(1);
    body.on("error", () => {});
    body.destroy();
    // Whom nobody waits for any more is let go of.
    await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
    await vi.waitFor(async () => expect(await ended(gateway, "client_disconnected")).toBe(1));
    expect(await gateway.inFlight()).toBe(0);
  });

  test("has no comment between its events", async () => {
    const gateway = await beating([await simulator({ tokensPerSecond: 5 })]);
    const { text } = await gateway.chat({ stream: true, max_tokens: 4 });
    expect(text.indexOf("data:")).not.toBe(-1);
    expect(text.slice(text.indexOf("data:"))).not.toContain(COMMENT);
  });

  test("has none where it is not asked for", async () => {
    const gateway = await gatewayFor({ chat: [await simulator({ firstTokenMs: 400 })] });
    expect((await gateway.chat({ stream: true })).text).not.toContain("heartbeat");
  });

  test("has none in an answer that is no stream", async () => {
    const gateway = await beating([await simulator({ firstTokenMs: 400 })]);
    const answer = await gateway.chat();
    expect(answer.json().choices).toHaveLength(1);
  });
});

describe("what fails", () => {
  test("before the first comment is tried elsewhere", async () => {
    const [bad, good] = [await simulator(), await simulator({ firstTokenMs: 1_500 })];
    bad.control.fault("reset");
    // Long enough for a busy machine to ask twice.
    const gateway = await beating([bad, good], { gateway: { stream_heartbeat: "1s" } });
    const { text } = await gateway.chat({ stream: true });
    expect(comments(text)).toBeGreaterThan(0);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect([bad.seen.count(), good.seen.count()]).toEqual([1, 1]);
  });

  test("after it is told in the stream, and nobody else is asked", async () => {
    const [silent, good] = [await simulator(), await simulator()];
    silent.control.fault("hang");
    const gateway = await beating([silent, good], { params: { stream_timeout: 0.4 } });
    const answer = await gateway.chat({ stream: true });
    expect(answer.status).toBe(200);
    expect(comments(answer.text)).toBeGreaterThan(0);
    expect(errorIn(answer.text)).toMatchObject({
      type: "server_error",
      code: "upstream_timeout_first_token",
    });
    expect(good.seen.count()).toBe(0);
    // As an answer that was cut: its 200 had gone.
    expect(await requests(gateway, 200)).toBe(1);
    expect(await ended(gateway, "upstream_aborted")).toBe(1);
    expect(await gateway.metric('attempt_failures_total{deployment="chat-1",reason="timeout"}')).toBe(1);
    expect(await gateway.inFlight()).toBe(0);
    // The connection and the gateway go on.
    expect((await gateway.chat({ stream: true, max_tokens: 1 })).status).toBe(200);
  });

  test("after it for the request's own fault is told as that", async () => {
    const backend = await rawBackend((socket) => {
      const body = JSON.stringify({
        error: { message: "no", type: "BadRequestError", param: null, code: 400 },
      });
      setTimeout(() => {
        socket.write(
          `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        );
      }, 300);
    });
    const gateway = await beating([backend]);
    expect(errorIn((await gateway.chat({ stream: true })).text)).toMatchObject({ message: "no" });
    expect(await ended(gateway, "upstream_aborted")).toBe(0);
  });

  test("after the first event is told once", async () => {
    const backend = await rawBackend((socket) => {
      const event = { choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }] };
      setTimeout(() => {
        socket.end(STREAM_HEAD + chunk(`data: ${JSON.stringify(event)}\n\n`) + LAST_CHUNK);
      }, 300);
    });
    const gateway = await beating([backend]);
    const { text } = await gateway.chat({ stream: true });
    expect(comments(text)).toBeGreaterThan(0);
    expect(text.match(/"error"/g)).toHaveLength(1);
    expect(await ended(gateway, "upstream_aborted")).toBe(1);
  });

  test("because the backend does not stream is told, and is no fault of its", async () => {
    const body = JSON.stringify({
      choices: [{ index: 0, message: { content: "a" }, finish_reason: "stop" }],
    });
    const backend = await rawBackend((socket) => {
      setTimeout(() => {
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        );
      }, 300);
    });
    const gateway = await beating([backend]);
    expect(errorIn((await gateway.chat({ stream: true })).text).message).toContain("no stream");
    expect(await gateway.metric('ejected{deployment="chat-1"}')).toBeNaN();
  });
});

describe("a stream that waits for a model to load", () => {
  const loading = (time: string) => ({ queue: { size: 1, time }, says: { "chat-1": "loading" as const } });

  test("is heard from, and answered when it is ready", async () => {
    const gateway = await beating([await simulator()], loading("10s"));
    const asked = gateway.chat({ stream: true });
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });
    await gateway.tell({});
    const { status, text } = await asked;
    expect(status).toBe(200);
    expect(comments(text)).toBeGreaterThan(0);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("is told in the stream when its time is over", async () => {
    const gateway = await beating([await simulator()], loading("500ms"));
    const { status, text } = await gateway.chat({ stream: true });
    expect(status).toBe(200);
    expect(errorIn(text)).toMatchObject({ code: "model_not_ready" });
    expect(await ended(gateway, "upstream_aborted")).toBe(1);
  });
});
