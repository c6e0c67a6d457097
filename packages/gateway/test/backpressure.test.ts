import { once } from "node:events";
import net from "node:net";
import { expect, test, vi } from "vitest";
import { request } from "undici";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator } from "./harness.ts";
import { rawRequest } from "./raw.ts";

const CHAT = "/v1/chat/completions";

/** Far more than all buffers between a backend and an app can hold: some 300 MB of events. */
const ENDLESS = 1_000_000;

async function produced({ url }: Simulator): Promise<number> {
  const { body } = await request(`${url}/metrics`);
  const [, count] = /^vllm:generation_tokens_total\{[^}]*\} (\S+)$/m.exec(await body.text()) ?? [];
  return Number(count);
}

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Until the backend makes nothing more: how much it has made. */
async function standstill(backend: Simulator): Promise<number> {
  for (let before = -1; ;) {
    const now = await produced(backend);
    if (now === before) return now;
    before = now;
    await pause(200);
  }
}

test("an app that does not read stops the backend; when it reads on, so does the backend", async () => {
  const backend = await simulator({ maxModelLen: 10 * ENDLESS });
  const gateway = await gatewayFor({ chat: [backend] });
  const body = JSON.stringify({ model: "chat", messages: MESSAGES, stream: true, max_tokens: ENDLESS });
  const app = net.connect(gateway.port, "127.0.0.1");
  app.on("error", () => {});
  app.write(
    rawRequest(
      `POST ${CHAT} HTTP/1.1`,
      {
        authorization: `Bearer ${MASTER_KEY}`,
        "content-type": "application/json",
        "content-length": String(body.length),
      },
      body,
    ),
  );
  await once(app, "readable");
  const before = process.memoryUsage().rss;
  const stopped = await standstill(backend);
  expect(stopped).toBeGreaterThan(100);
  expect(stopped).toBeLessThan(ENDLESS / 4);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  expect(await gateway.inFlight()).toBe(1);

  let read = 0;
  app.on("data", (data: Buffer) => (read += data.length));
  await vi.waitFor(async () => expect(await produced(backend)).toBeGreaterThan(stopped + 10_000), {
    timeout: 10_000,
  });
  expect(read).toBeGreaterThan(1_000_000);
  app.destroy();
  await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0));
});

test("an app that does not read and leaves gives back its slot", async () => {
  const backend = await simulator({ maxModelLen: 10 * ENDLESS });
  const gateway = await gatewayFor({ chat: [backend] });
  const { body } = await request(gateway.url + CHAT, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: MESSAGES, stream: true, max_tokens: ENDLESS }),
  });
  body.on("error", () => {});
  await standstill(backend);
  body.destroy();
  await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0));
});

test("a large answer in one piece flows through, under the alias", async () => {
  const backend = await simulator({ maxModelLen: 10 * ENDLESS });
  const gateway = await gatewayFor({ chat: [backend] });
  const answer = await gateway.chat({ max_tokens: 400_000 });
  expect(answer.status).toBe(200);
  expect(answer.text.length).toBeGreaterThan(1_500_000);
  expect(answer.headers["transfer-encoding"]).toBe("chunked");
  expect(answer.json()).toMatchObject({ model: "chat", usage: { completion_tokens: 400_000 } });
});

test("half of a large answer is no answer: the connection breaks", async () => {
  const backend = await simulator({ maxModelLen: 10 * ENDLESS });
  const gateway = await gatewayFor({ chat: [backend] });
  backend.control.fault("cut-mid-stream");
  const asked = await request(gateway.url + CHAT, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: MESSAGES, max_tokens: 600_000 }),
  });
  expect(asked.statusCode).toBe(200);
  await expect(asked.body.text()).rejects.toThrow(/closed|terminated|aborted/);
  expect(await gateway.metric('interrupted_total{ending="upstream_aborted"}')).toBe(1);
  expect(await gateway.inFlight()).toBe(0);
});

test("a large body is sent whole, and again where the first backend fails", async () => {
  const [bad, good] = [
    await simulator({ maxModelLen: 10 * ENDLESS }),
    await simulator({ maxModelLen: 10 * ENDLESS }),
  ];
  const gateway = await gatewayFor({ chat: [bad, good] });
  bad.control.fault("reset");
  const content = "x".repeat(10_000_000);
  const answer = await gateway.chat({ messages: [{ role: "user", content }], max_tokens: 1 });
  expect(answer.json()).toMatchObject({ usage: { prompt_tokens: content.length / 4 } });
  expect([bad.seen.count(CHAT), good.seen.count(CHAT)]).toEqual([1, 1]);
});
