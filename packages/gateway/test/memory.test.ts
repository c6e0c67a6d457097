import { once } from "node:events";
import net, { type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { MASTER_KEY, MESSAGES, simulator, type Gateway } from "./harness.ts";
import { MB, pause, print, processFor } from "./process-memory.ts";
import { rawBackend } from "./raw-backend.ts";
import { rawRequest } from "./raw.ts";

const CHAT = "/v1/chat/completions";

/** An app's connection on which one chat was asked for, and of which nothing was read. */
function openChat(gateway: Gateway, stream: boolean): Socket {
  const body = JSON.stringify({ model: "chat", messages: MESSAGES, stream, max_tokens: 100_000 });
  const app = net.connect({ port: gateway.port, host: "127.0.0.1" });
  app.on("error", () => {});
  const head = {
    authorization: `Bearer ${MASTER_KEY}`,
    "content-type": "application/json",
    "content-length": String(body.length),
  };
  app.write(rawRequest(`POST ${CHAT} HTTP/1.1`, head, body));
  return app;
}

const EVENT = `data: ${JSON.stringify({ model: "org/upstream-model", choices: [{ delta: { content: "x".repeat(900) } }] })}\n\n`;
const KINDS = {
  stream: { type: "text/event-stream", first: EVENT, part: EVENT.repeat(64) },
  "JSON answer": {
    type: "application/json",
    first: '{"model":"org/upstream-model","x":"',
    part: "x".repeat(64 * 1024),
  },
} as const;

/** A backend whose answer has no end: it writes as fast as it is read. */
function endless({ type, first, part }: (typeof KINDS)[keyof typeof KINDS]) {
  return rawBackend((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${2 ** 40}\r\n\r\n${first}`);
    const pour = () => {
      while (!socket.destroyed && socket.write(part));
    };
    socket.on("drain", pour);
    pour();
  });
}

/**
 * Answers that nobody reads, each until all buffers on the way are full: what any work needs is there then, and what is
 * left for the collector is as much as it ever leaves. No more of it, for what lies free would hide a growth.
 */
async function warmUp(gateway: Gateway, stream: boolean): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    const app = openChat(gateway, stream);
    await once(app, "readable");
    await pause(150);
    app.destroy();
  }
  await pause(300);
}

const SECONDS = 8;

/** Reads a kilobyte a second. The most that the gateway had meanwhile, beyond what it had before. */
async function readSlowly(kind: keyof typeof KINDS) {
  const { gateway, rss } = await processFor({ chat: [await endless(KINDS[kind])] });
  await warmUp(gateway, kind === "stream");
  const before = rss();
  const app = openChat(gateway, kind === "stream");
  await once(app, "readable");
  let most = before;
  let read = 0;
  for (let turn = 0; turn < SECONDS * 8; turn += 1) {
    await pause(125);
    const data = app.read(128) as Buffer | null;
    read += data?.length ?? 0;
    most = Math.max(most, rss());
  }
  expect(read).toBe(SECONDS * 1024);
  expect(await gateway.inFlight()).toBe(1);
  app.destroy();
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), { timeout: 5_000 });
  const grown = (most - before) / MB;
  print(
    `${kind} at 1 KB/s for ${SECONDS} s: ${(before / MB).toFixed(1)} MB, and ${grown.toFixed(1)} MB more`,
  );
  return grown;
}

test("a client that reads very slowly costs no memory, whether a stream has no end or an answer", async () => {
  const grown = await Promise.all([readSlowly("stream"), readSlowly("JSON answer")]);
  for (const one of grown) expect(one).toBeLessThan(16);
}, 60_000);

const CLIENTS = 2_000;
const BATCH = 200;

test("thousands of clients that leave in the middle of their streams leave nothing behind", async () => {
  const backend = await simulator({ tokensPerSecond: 10 });
  const { gateway, rss } = await processFor({ chat: [backend] });
  let half = 0;
  let leftAt = 0;
  for (let count = 0; count < CLIENTS; count += BATCH) {
    if (count === CLIENTS / 2) half = rss();
    const apps = Array.from({ length: BATCH }, () => openChat(gateway, true));
    await Promise.all(apps.map((app) => once(app, "data")));
    expect(backend.seen.inFlight).toBeGreaterThanOrEqual(BATCH);
    for (const app of apps) app.destroy();
    leftAt = performance.now();
  }
  await vi.waitFor(() => expect(backend.seen.inFlight).toBe(0), { timeout: 5_000, interval: 5 });
  const upstreamMs = performance.now() - leftAt;
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), { timeout: 5_000, interval: 5 });
  const gatewayMs = performance.now() - leftAt;
  print(
    `${CLIENTS} clients left: 0 upstream after ${upstreamMs.toFixed(0)} ms, 0 in flight after ${gatewayMs.toFixed(0)} ms, ${((rss() - half) / MB).toFixed(1)} MB more than after half of them`,
  );
  expect(backend.seen.cancelled).toBe(CLIENTS);
  expect(await gateway.metric('interrupted_total{ending="client_disconnected"}')).toBe(CLIENTS);
  expect(gatewayMs).toBeLessThan(1_000);
}, 60_000);
