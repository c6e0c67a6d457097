import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { metric, MESSAGES, openStream } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

test("status and headers come before the first token, the first event only with it", async () => {
  const simulator = await running({ firstTokenMs: 60_000 });
  const stream = await openStream(simulator);
  expect(stream.statusCode).toBe(200);
  expect(stream.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  expect(stream.readableLength).toBe(0);
  stream.destroy();
});

test("events leave one by one", async () => {
  const simulator = await running({ tokensPerSecond: 20 });
  const stream = await openStream(simulator, { max_tokens: 5 });
  const arrived: string[] = [];
  stream.setEncoding("utf8").on("data", (chunk: string) => arrived.push(chunk));
  await once(stream, "end");
  const tokens = arrived.slice(0, 6);
  expect(
    tokens.every((chunk) => chunk.startsWith("data: ") && chunk.indexOf("\n\n") === chunk.length - 2),
  ).toBe(true);
});

test("tokens come at the speed that is set, also when it changes on the way", async () => {
  const simulator = await running({ tokensPerSecond: 1 });
  const stream = await openStream(simulator, { max_tokens: 200 });
  simulator.control.setSpeed({ tokensPerSecond: 1000 });
  const started = performance.now();
  await stream.toArray();
  const took = performance.now() - started;
  // One token at a second, then 199 of them at a millisecond.
  expect(took).toBeGreaterThan(1100);
  expect(took).toBeLessThan(10_000);
});

test("a client that leaves stops the generation", async () => {
  const simulator = await running({ tokensPerSecond: 200 });
  const stream = await openStream(simulator, { max_tokens: 100_000 });
  await once(stream, "data");
  expect(await metric(simulator, "vllm:num_requests_running")).toBe(1);
  stream.destroy();
  await expect.poll(() => simulator.seen.cancelled).toBe(1);
  expect(simulator.seen).toMatchObject({ completed: 1, inFlight: 0 });
  expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
  expect(await metric(simulator, 'vllm:request_success_total{engine="0",finished_reason="abort"')).toBe(1);
});

test("a client that does not read holds the generation up, and gets all of it once it reads", async () => {
  const simulator = await running();
  const tokens = 100_000;
  const socket = connect(simulator.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const body = JSON.stringify({ messages: MESSAGES, stream: true, max_tokens: tokens });
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
  const made = (): Promise<number> => metric(simulator, "vllm:generation_tokens_total");
  const heldAt = await standstill(made);
  expect(heldAt).toBeGreaterThan(100);
  expect(heldAt).toBeLessThan(tokens);

  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.resume();
  await once(socket, "end");
  expect(text.match(/"delta":\{"content":"[^"]/g)).toHaveLength(tokens);
  expect(text).toContain("data: [DONE]\n\n");
  expect(await made()).toBe(tokens);
});

/** The value once it has stopped moving. */
async function standstill(value: () => Promise<number>): Promise<number> {
  let before = -1;
  let now = await value();
  while (now !== before || now === 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    before = now;
    now = await value();
  }
  return now;
}
