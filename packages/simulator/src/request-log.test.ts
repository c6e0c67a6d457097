import { expect, test } from "vitest";
import { ask } from "../test/ask.ts";
import { chat, MESSAGES, openStream } from "../test/chat.ts";
import { running } from "../test/running.ts";
import { RequestLog } from "./request-log.ts";

test("what came in is kept with its path, headers, key, model and body", async () => {
  const simulator = await running({ now: () => 5000 });
  await ask(`${simulator.url}/v1/chat/completions?x=1`, {
    json: { model: "gpt-oss-120b", messages: MESSAGES },
    headers: { Authorization: "bearer k1", "X-Thing": "yes" },
  });
  expect(simulator.seen.last()).toMatchObject({
    method: "POST",
    path: "/v1/chat/completions",
    model: "gpt-oss-120b",
    apiKey: "k1",
    at: 5000,
    headers: { "x-thing": "yes" },
    body: { messages: MESSAGES },
  });
});

test("requests are counted by path and in all", async () => {
  const simulator = await running();
  await ask(`${simulator.url}/health`);
  await ask(`${simulator.url}/health`);
  await chat(simulator);
  expect(simulator.seen.count("/health")).toBe(2);
  expect(simulator.seen.count("/v1/chat/completions")).toBe(1);
  expect(simulator.seen.count("/never")).toBe(0);
  expect(simulator.seen.count()).toBe(3);
  expect(simulator.seen.last("/health")?.method).toBe("GET");
});

test("a request is in flight until its answer has ended", async () => {
  const simulator = await running();
  const stream = await openStream(simulator, { max_tokens: 20_000 });
  expect(simulator.seen).toMatchObject({ inFlight: 1, completed: 0 });
  stream.resume();
  await expect.poll(() => simulator.seen.completed, { timeout: 10_000 }).toBe(1);
  expect(simulator.seen).toMatchObject({ inFlight: 0, cancelled: 0 });
});

test("a connection that the server cut is neither completed nor cancelled", async () => {
  const simulator = await running({ firstTokenMs: 60_000 });
  await openStream(simulator);
  await simulator.control.kill();
  await expect.poll(() => simulator.seen.inFlight).toBe(0);
  expect(simulator.seen).toMatchObject({ completed: 0, cancelled: 0 });
});

test("a body longer than 64 KiB is served and not kept", async () => {
  const simulator = await running();
  const reply = await chat(simulator, { padding: "x".repeat(70_000) });
  expect(reply.status).toBe(200);
  expect(simulator.seen.last()).not.toHaveProperty("body");
});

test("only the last 1,000 requests are kept, all of them are counted", () => {
  const log = new RequestLog();
  for (let at = 0; at < 1500; at += 1) log.began({ method: "GET", path: "/", headers: {}, at });
  expect(log.requests).toHaveLength(1000);
  expect(log.requests[0]?.at).toBe(500);
  expect(log.count("/")).toBe(1500);
});

test("clear forgets what came in, not what is still in flight", () => {
  const log = new RequestLog();
  log.began({ method: "GET", path: "/", headers: {}, at: 0 });
  log.began({ method: "GET", path: "/", headers: {}, at: 0 });
  log.ended("completed");
  log.clear();
  expect(log).toMatchObject({ inFlight: 1, completed: 0, cancelled: 0 });
  expect(log.count()).toBe(0);
  expect(log.requests).toEqual([]);
});
