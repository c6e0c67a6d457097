import { APIError } from "openai";
import { describe, expect, test } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MESSAGES, simulator, type Gateway } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

const CHAT = "/v1/chat/completions";

/** What a stream says at its end where it was cut. */
const cutBy = (why: string, code: string) => ({
  error: {
    message: `The answer of \`chat\` was cut off (${why}): what came before is not complete.`,
    type: "server_error",
    param: null,
    code,
  },
});

const CUT = cutBy("the connection to the backend broke", "upstream_cut");

/** What a stream says that is whole. */
const END = '"choices":[{"delta":{},"finish_reason":"stop"}]';

/** The data of every event; throws where the text does not end at the end of one. */
function eventsIn(text: string): string[] {
  const events = text.split("\n\n");
  if (events.pop() !== "") throw new Error(`half an event: ${text}`);
  return events.map((event) => event.replace(/^data: /, ""));
}

async function stream(gateway: Gateway): Promise<{ status: number; events: string[] }> {
  const { status, text } = await gateway.chat({ stream: true });
  return { status, events: eventsIn(text) };
}

describe("a stream that breaks off after its first event", () => {
  test.each<[string, (backend: Simulator) => void, object]>([
    ["since the backend died", ({ control }) => control.fault("cut-mid-stream", { after: 3 }), CUT],
    [
      "since nothing more comes",
      ({ control }) => control.fault("hang-mid-stream", { after: 3 }),
      cutBy("the backend stopped sending data", "upstream_idle_timeout"),
    ],
    [
      "since the time for the whole of it is over",
      ({ control }) => (control.setSpeed({ tokensPerSecond: 10 }), undefined),
      cutBy("it took longer than the time allowed", "upstream_timeout"),
    ],
  ])("%s ends with an error that says so, and no other backend is asked", async (_case, breakIt, cut) => {
    const [bad, good] = [await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: [bad, good] },
      { params: { timeout: 0.45 }, gateway: { idle_timeout: "300ms" } },
    );
    breakIt(bad);
    const { status, events } = await stream(gateway);
    expect(status).toBe(200);
    expect(events.length).toBeGreaterThanOrEqual(4);
    const models = events.slice(0, -1).map((event) => (JSON.parse(event) as { model: string }).model);
    expect(new Set(models)).toEqual(new Set(["chat"]));
    expect(JSON.parse(events.at(-1) ?? "")).toEqual(cut);
    expect(good.seen.count()).toBe(0);
    expect(await gateway.metric('interrupted_total{ending="upstream_aborted"}')).toBe(1);
    expect(await gateway.inFlight()).toBe(0);
  });

  test("is an error for OpenAI's client too, after the chunks that came", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    backend.control.fault("cut-mid-stream", { after: 3 });
    const asked = await gateway
      .client()
      .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
    const chunks: unknown[] = [];
    const reading = (async () => {
      for await (const one of asked) chunks.push(one);
    })();
    const fault = await reading.catch((one: unknown) => one);
    expect(fault).toBeInstanceOf(APIError);
    expect(fault).toMatchObject({ code: "upstream_cut", type: "server_error" });
    expect(chunks).toHaveLength(3);
  });

  test("in the middle of an event leaves that event out", async () => {
    const backend = await rawBackend((socket) => {
      socket.write(STREAM_HEAD + chunk('data: {"n":1}\n\ndata: {"n":2}\n\ndata: {"mod'));
      setTimeout(() => socket.destroy(), 30);
    });
    const { events } = await stream(await gatewayFor({ chat: [backend] }));
    expect(events.slice(0, -1)).toEqual(['{"n":1}', '{"n":2}']);
    expect(JSON.parse(events.at(-1) ?? "")).toEqual(CUT);
  });
});

test("an error in the middle is told in the gateway's words, without the [DONE] that the backend adds", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] });
  backend.control.fault("error-mid-stream", { after: 3 });
  const { events } = await stream(gateway);
  expect(events.slice(0, -1)).toHaveLength(3);
  expect(JSON.parse(events.at(-1) ?? "")).toEqual(
    cutBy("the backend aborted the request", "upstream_aborted"),
  );
});

test("an error that comes in one chunk with the opening is tried elsewhere like any other first event", async () => {
  const opening =
    'data: {"model":"up","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
  const error =
    'data: {"error":{"message":"EngineCore at 10.0.0.3","type":"InternalServerError","param":null,"code":500}}\n\n';
  const bad = await rawBackend((socket) => {
    socket.end(STREAM_HEAD + chunk(opening + error + "data: [DONE]\n\n") + LAST_CHUNK);
  });
  const gateway = await gatewayFor({ chat: [bad, await simulator()] });
  const { status, events } = await stream(gateway);
  expect(status).toBe(200);
  expect(events.at(-1)).toBe("[DONE]");
  expect(events.join("")).not.toContain("10.0.0.3");
});

test("an alias in any script is served: what no header can hold is encoded", async () => {
  const gateway = await gatewayFor({ 模型: [await simulator()] });
  for (const streamed of [true, false]) {
    const answer = await gateway.chat({ model: "模型", stream: streamed });
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toMatch(/^%E6%A8%A1%E5%9E%8B-/);
    expect(answer.text).not.toContain("upstream_cut");
  }
});

describe("events", () => {
  test("cut anywhere by the network come out whole and under the alias", async () => {
    const text =
      'data: {"model":"up","n":1}\r\n\r\ndata: {"model" : "up","finish_reason":"stop"}\n\n: ping\n\ndata: [DONE]\n\n';
    const backend = await rawBackend((socket) => {
      socket.setNoDelay(true);
      socket.write(STREAM_HEAD);
      let at = 0;
      const next = () => {
        socket.write(at < text.length ? chunk(text.slice(at, at + 3)) : LAST_CHUNK);
        at += 3;
        if (at < text.length + 3) setTimeout(next, 1);
      };
      next();
    });
    const gateway = await gatewayFor({ chat: [backend] });
    expect((await gateway.chat({ stream: true })).text).toBe(
      'data: {"model":"chat","n":1}\r\n\r\ndata: {"model" : "chat","finish_reason":"stop"}\n\n: ping\n\ndata: [DONE]\n\n',
    );
  });

  test("leave one by one, as they come", async () => {
    const backend = await simulator({ tokensPerSecond: 20 });
    const gateway = await gatewayFor({ chat: [backend] });
    const asked = await gateway
      .client()
      .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
    const times: number[] = [];
    for await (const { model } of asked) {
      times.push(performance.now());
      expect(model).toBe("chat");
    }
    expect(times.length).toBe(14);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(350);
  });

  test("at a clean end need no blank line behind the last one", async () => {
    const backend = await rawBackend((socket) => {
      socket.write(
        STREAM_HEAD + chunk(`data: {"model":"up",${END}}\n\n`) + chunk("data: [DONE]\n") + LAST_CHUNK,
      );
    });
    const gateway = await gatewayFor({ chat: [backend] });
    expect((await gateway.chat({ stream: true })).text).toBe(
      `data: {"model":"chat",${END}}\n\ndata: [DONE]\n`,
    );
  });

  test("an error as the first one is seen even where nothing ends it", async () => {
    const bad = await rawBackend((socket) => {
      socket.write(STREAM_HEAD + chunk('data: {"error":{"message":"boom","code":500}}') + LAST_CHUNK);
    });
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    const answer = await gateway.chat({ stream: true });
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(answer.text).not.toContain("boom");
  });

  test("without an end are given up, and another deployment is asked", async () => {
    const bad = await rawBackend((socket) => {
      socket.write(STREAM_HEAD);
      const junk = chunk(`data: ${"x".repeat(1_000_000)}`);
      const pour = () => {
        while (!socket.destroyed && socket.write(junk));
      };
      socket.on("drain", pour);
      pour();
    });
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    const answer = await gateway.chat({ stream: true });
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
  });
});

describe("answers that are not to be understood", () => {
  test("an error page without an end is cut and tried elsewhere", async () => {
    const bad = await rawBackend((socket) => {
      socket.write("HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n");
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk("x".repeat(10_000))));
      };
      socket.on("drain", pour);
      pour();
    });
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(await gateway.metric('attempt_failures_total{deployment="chat-1",reason="server_error"}')).toBe(1);
  });

  test("a redirect is no answer: nothing is followed, and another deployment is asked", async () => {
    const elsewhere = await simulator();
    const bad = await rawBackend((socket) =>
      socket.write(
        `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${elsewhere.url}${CHAT}\r\ncontent-length: 0\r\n\r\n`,
      ),
    );
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    const answer = await gateway.chat();
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(answer.headers["location"]).toBe(undefined);
    expect(elsewhere.seen.count()).toBe(0);
  });

  test("early hints before the answer are no answer", async () => {
    const backend = await rawBackend((socket) =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n{"model":"up","choices":[]}',
      ),
    );
    const gateway = await gatewayFor({ chat: [backend] });
    expect(await gateway.chat()).toMatchObject({ status: 200, text: '{"model":"chat","choices":[]}' });
  });

  test("a body shorter than announced is tried elsewhere", async () => {
    const bad = await rawBackend((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":"up"',
      ),
    );
    const gateway = await gatewayFor({ chat: [bad, await simulator()] });
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-2");
  });
});
