import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ask, failure, soon } from "../test/ask.ts";
import { readCapture } from "../test/capture-request.ts";
import { chat, eventsOf, MESSAGES, metric, openStream } from "../test/chat.ts";
import { running } from "../test/running.ts";
import { distinct, shapeOf } from "../test/shape.ts";
import type { Simulator } from "./index.ts";

const LIKE_VLLM = { servedNames: ["m1"], tokensPerSecond: 50, maxNumSeqs: 1 };

const recorded = (name: string): string => readCapture(`vllm-0.32.0/${name}.txt`).toString();

/** The distinct shapes of a stream's events. */
function shapes(text: string): unknown[] {
  return distinct(eventsOf(text).map((event) => (event === "[DONE]" ? event : shapeOf(JSON.parse(event)))));
}

async function textOf(stream: IncomingMessage): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}

/** A stream that runs, and what waits behind it for the one place that there is. */
async function busy(simulator: Simulator): Promise<IncomingMessage> {
  const stream = await openStream(simulator, { n: 2, max_tokens: 10_000 });
  await once(stream, "readable");
  return stream;
}

const queued = (simulator: Simulator, count: number): Promise<void> =>
  vi.waitFor(async () => expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(count));

describe("SIGTERM", () => {
  test("ends what runs with finish_reason abort, and what is queued with no reason at all", async () => {
    const simulator = await running(LIKE_VLLM);
    const stream = await busy(simulator);
    const json = { prompt: "x", stream: true };
    const waiting = [
      chat(simulator, { stream: true }),
      ask(`${simulator.url}/v1/completions`, { json }),
      chat(simulator),
    ];
    await queued(simulator, 3);
    await simulator.control.terminate();
    // The choices end in any order.
    const lastOf = (text: string): string[] =>
      shapes(text)
        .slice(-3)
        .map((shape) => JSON.stringify(shape))
        .toSorted();
    expect(lastOf(await textOf(stream))).toEqual(lastOf(recorded("cap-q-busy_direct_chat")));
    const [queuedChat, queuedCompletion, queuedJson] = await Promise.all(waiting);
    expect(shapes(queuedChat?.text ?? "")).toEqual(shapes(recorded("cap-q-queued0_direct_chat_stream")));
    expect(queuedCompletion?.text).toBe(recorded("cap-q-queued_direct_compl_stream"));
    expect(shapeOf(queuedJson?.json())).toEqual(
      shapeOf(JSON.parse(recorded("cap-q-queued_direct_chat_json"))),
    );
    expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
    expect(simulator.control.state().state).toBe("down");
  });

  test("answers a kept connection with 500 for a moment, and then closes it", async () => {
    const simulator = await running();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ending = simulator.control.terminate({ refuseAfterMs: 200 });
    await vi.waitFor(() => expect(simulator.control.state().state).toBe("ending"));
    const late = await post(simulator, agent);
    expect(late.statusCode).toBe(500);
    expect(await textOf(late)).toBe(recorded("sigterm-late-request-500").trim());
    const [socket] = Object.values(agent.freeSockets).flat();
    const closed = once(socket ?? process, "close");
    await ending;
    await closed;
  });

  test("may leave streams open that say nothing more, while the port already refuses", async () => {
    const simulator = await running(LIKE_VLLM);
    const stream = await busy(simulator);
    const waiting = chat(simulator, { stream: true });
    await queued(simulator, 1);
    await simulator.control.terminate({ as: "silent", refuseAfterMs: 50, silentMs: 400 });
    expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
    const ends = [failure(stream.toArray()), failure(waiting)];
    expect(await soon(Promise.race(ends))).toBe("pending");
    expect(await Promise.all(ends)).toEqual(["ECONNRESET", "ECONNRESET"]);
  });

  test("makes llama.cpp refuse at once, and leaves its streams silent until they are cut", async () => {
    const simulator = await running({ kind: "llamacpp", tokensPerSecond: 50 });
    const stream = await openStream(simulator, { max_tokens: 1000 });
    await once(stream, "readable");
    await simulator.control.terminate({ silentMs: 300 });
    expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
    const end = failure(stream.toArray());
    expect(await soon(end)).toBe("pending");
    expect(await end).toBe("ECONNRESET");
  });

  test("is over once it is started again", async () => {
    const simulator = await running(LIKE_VLLM);
    await simulator.control.terminate({ as: "silent", refuseAfterMs: 0, silentMs: 100 });
    await simulator.control.start();
    const stream = await openStream(simulator, { max_tokens: 20 });
    expect(eventsOf(await textOf(stream)).at(-1)).toBe("[DONE]");
    expect((await ask(`${simulator.url}/health`)).status).toBe(200);
  });
});

describe("an engine that dies", () => {
  test("tells its streams, answers 503 for a moment and refuses then", async () => {
    const simulator = await running(LIKE_VLLM);
    const stream = await busy(simulator);
    const waiting = chat(simulator);
    await queued(simulator, 1);
    const ending = simulator.control.crashEngine({ refuseAfterMs: 300 });
    const text = await textOf(stream);
    expect(text.endsWith(recorded("engine-dead-stream-event"))).toBe(true);
    expect(await waiting).toMatchObject({ status: 500 });
    expect((await ask(`${simulator.url}/health`)).status).toBe(503);
    expect((await ask(`${simulator.url}/v1/models`)).status).toBe(200);
    expect((await chat(simulator)).json().error.message).toMatch(/^EngineCore encountered an issue/);
    await ending;
    expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
  });

  test("takes about as long as it was recorded to be refused", async () => {
    const simulator = await running();
    const began = performance.now();
    await simulator.control.crashEngine();
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(performance.now() - began).toBeLessThan(600);
  });
});

test("requests beyond --max-num-seqs wait for a place, their stream open", async () => {
  const simulator = await running(LIKE_VLLM);
  const stream = await busy(simulator);
  const second = await openStream(simulator, { max_tokens: 3 });
  expect(second.statusCode).toBe(200);
  await queued(simulator, 1);
  expect(await metric(simulator, "vllm:num_requests_running")).toBe(1);
  stream.destroy();
  expect(eventsOf(await textOf(second)).at(-1)).toBe("[DONE]");
  await queued(simulator, 0);
});

async function post(simulator: Simulator, agent: Agent): Promise<IncomingMessage> {
  const headers = { "content-type": "application/json" };
  const asked = request(`${simulator.url}/v1/chat/completions`, { agent, method: "POST", headers });
  asked.end(JSON.stringify({ messages: MESSAGES }));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return response;
}
