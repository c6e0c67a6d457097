import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator } from "./harness.ts";

const MIB = 1024 * 1024;

/** A connection that announces a body and sends the beginning of it. */
async function dripping(port: number, announced: number, sent: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${MASTER_KEY}\r\n`;
  await new Promise((resolve) => {
    socket.write(`${head}content-length: ${announced}\r\n\r\n${"x".repeat(sent)}`, resolve);
  });
  return socket;
}

test("beyond its share of the memory for bodies a client gets 503 with Retry-After, and is served again after it", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator({ maxModelLen: 10_000_000 })] },
    { gateway: { body_memory: "4MiB", max_body: "2MiB" } },
  );
  const held = await dripping(gateway.port, 2 * MIB, 1.5 * MIB);
  await expect.poll(() => gateway.metric("request_body_bytes")).toBe(1.5 * MIB);
  const big = { messages: [{ role: "user", content: "x".repeat(MIB) }] };
  const refused = await gateway.chat(big);
  expect([refused.status, refused.headers["retry-after"], refused.json().error.code]).toEqual([
    503,
    "2",
    "request_memory_full",
  ]);
  expect((await gateway.chat({ messages: MESSAGES })).status).toBe(200);
  held.destroy();
  await expect.poll(() => gateway.metric("request_body_bytes")).toBe(0);
  expect((await gateway.chat(big)).status).toBe(200);
});

test("the copy of a body that is kept for a retry is freed with the first byte of the answer", async () => {
  const backend = await simulator({ firstTokenMs: 300, tokensPerSecond: 5, maxModelLen: 10_000_000 });
  const gateway = await gatewayFor({ chat: [backend] });
  const body = { messages: [{ role: "user", content: "x".repeat(MIB) }], stream: true, max_tokens: 10 };
  const streaming = gateway.chat(body);
  await expect.poll(() => gateway.metric("request_body_bytes")).toBeGreaterThan(MIB);
  await expect.poll(() => gateway.metric("request_body_bytes"), { timeout: 5_000 }).toBe(0);
  expect(await gateway.inFlight()).toBe(1);
  expect((await streaming).text).toContain("[DONE]");
});
