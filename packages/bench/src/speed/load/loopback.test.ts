import { afterAll, beforeAll, expect, it } from "vitest";
import { type Backend, startBackend } from "../backend/backend.ts";
import { smallChat, streamedChat } from "./body.ts";
import { sendAtFixedRate } from "./fixed-rate.ts";
import { openStreams } from "./streams.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend({ ports: 2, names: 3, eventsPerSecond: 50 });
});
afterAll(() => backend.stop());

const PATH = "/v1/chat/completions";
const at = (index: number) => ({ url: backend.urls[index] ?? "", headers: {}, path: PATH });

it("sends what is due and gets every answer", async () => {
  const job = { ...at(0), body: smallChat(), perSecond: 100, warmSeconds: 0.1, seconds: 0.3 };
  const { sent, errors, p50, max } = await sendAtFixedRate(job);
  expect(sent).toBeGreaterThanOrEqual(39);
  expect(errors).toBe(0);
  expect(p50).toBeGreaterThan(0);
  expect(max).toBeGreaterThanOrEqual(p50);
});

it("counts requests that nobody answers as errors", async () => {
  const job = {
    ...at(0),
    url: "http://127.0.0.1:1",
    body: smallChat(),
    perSecond: 50,
    warmSeconds: 0,
    seconds: 0.1,
  };
  const { sent, errors } = await sendAtFixedRate(job);
  expect(errors).toBe(sent);
});

const STREAMS = { count: 3, startsPerSecond: 1_000, settleSeconds: 0.1, seconds: 0.4, pids: [process.pid] };

it("hears the events of all streams and reads when they were sent", async () => {
  const result = await openStreams({ ...at(1), ...STREAMS, body: streamedChat(1_000) });
  expect(result.ended).toEqual([]);
  expect(result.events).toBeGreaterThan(0);
  expect(result.delay50).toBeGreaterThanOrEqual(0);
  expect(result.firstToken).toBeGreaterThan(0);
});

it("says how a stream ended that was to go on", async () => {
  const { ended } = await openStreams({ ...at(1), ...STREAMS, body: streamedChat(2) });
  expect(ended).toEqual(Array.from({ length: 3 }, () => "the stream came to its end"));
});

it("is a backend to a prober: names and health", async () => {
  const models = await fetch(`${backend.urls[1]}/v1/models`);
  const { data } = (await models.json()) as { data: readonly { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(["qwen3-coder-30b", "qwen3-coder-30b-1", "qwen3-coder-30b-2"]);
  expect((await fetch(`${backend.urls[0]}/health`)).status).toBe(200);
});
