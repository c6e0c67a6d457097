import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, UPSTREAM, type Gateway } from "./harness.ts";
import { chunk, LAST_CHUNK, STREAM_HEAD } from "./raw-backend.ts";

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

describe("a body that is still being written to its backend", () => {
  const LARGE = JSON.stringify({
    model: "chat",
    messages: MESSAGES,
    pad: "0123456789abcdef".repeat(512 * 1024),
  });
  const CHUNK = { choices: [{ index: 0, delta: { content: "Yes" }, finish_reason: null }] };

  /** Has read the head of its first request, and then no more until `read`, which tells what came in all. */
  async function reluctant(answer: string) {
    let came = "";
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.on("data", (bytes) => (came += bytes.toString("latin1")));
      socket.once("data", () => {
        socket.pause();
        socket.write(answer);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      asked: () => expect.poll(() => sockets.length).toBe(1),
      read: () => sockets[0]?.resume(),
      write: (text: string) => sockets[0]?.write(text),
      body: () => came.slice(came.indexOf("\r\n\r\n") + 4),
    };
  }

  const held = (gateway: Gateway) => gateway.metric("request_body_bytes");

  test("is kept beyond the first byte of the answer, and arrives whole", async () => {
    const backend = await reluctant(STREAM_HEAD + chunk(`data: ${JSON.stringify(CHUNK)}\n\n`));
    const gateway = await gatewayFor({ chat: [backend] });
    const answering = gateway.ask("/v1/chat/completions", {
      body: Buffer.from(LARGE.replace("{", '{"stream":true,')),
      headers: { "content-type": "application/json" },
    });
    await expect.poll(() => gateway.metric("requests_in_flight")).toBe(1);
    await backend.asked();
    expect(await held(gateway)).toBeGreaterThan(8 * MIB);
    backend.read();
    await expect.poll(() => held(gateway), { timeout: 5_000 }).toBe(0);
    backend.write(chunk("data: [DONE]\n\n") + LAST_CHUNK);
    expect((await answering).text).toContain("Yes");
    expect(JSON.parse(backend.body())).toEqual({ ...JSON.parse(LARGE), stream: true, model: UPSTREAM });
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a refusal before it has read it", `HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}`],
  ])("is given back whatever becomes of it: the backend says %s, and the app leaves", async (_what, says) => {
    const backend = await reluctant(says);
    const gateway = await gatewayFor({ chat: [backend] });
    const leaving = new AbortController();
    const { port } = gateway;
    const asking = fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      body: LARGE,
      signal: leaving.signal,
    }).catch(() => null);
    await backend.asked();
    leaving.abort();
    await asking;
    await expect.poll(() => held(gateway), { timeout: 5_000 }).toBe(0);
  });
});
