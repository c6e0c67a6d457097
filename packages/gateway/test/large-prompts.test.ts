import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { gatewayFor, UPSTREAM } from "./harness.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A backend that keeps what it was sent, and answers with these statuses in turn; the last one holds. */
async function listener(...statuses: readonly number[]) {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const status = statuses[Math.min(received.length, statuses.length - 1)] ?? 200;
      received.push({ headers: incoming.headers, text: Buffer.concat(chunks).toString() });
      outgoing.writeHead(status, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ model: UPSTREAM, choices: [] }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, received };
}

const CONTENT = 'print("größe 🎌")\n'.repeat(20_000);
const messages = [{ role: "user", content: CONTENT }];

test.each([
  ["first", { model: "chat", messages }, { model: UPSTREAM, messages }],
  ["last", { messages, model: "chat" }, { messages, model: UPSTREAM }],
  ["between", { x: CONTENT, model: "chat", messages }, { x: CONTENT, model: UPSTREAM, messages }],
])(
  "a long prompt arrives as it was sent, with the name that stands %s replaced",
  async (_case, sent, expected) => {
    const backend = await listener();
    const gateway = await gatewayFor({ chat: [backend] });
    const answers = await Promise.all(
      [1, 2, 3].map(() => gateway.ask("/v1/chat/completions", { body: sent })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const { headers, text } of backend.received) {
      expect(text).toBe(JSON.stringify(expected));
      expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
      expect(headers["transfer-encoding"]).toBeUndefined();
    }
  },
);

test("a long prompt can be sent again", async () => {
  const [bad, good] = [await listener(500), await listener()];
  const gateway = await gatewayFor({ chat: [bad, good] });
  const { status } = await gateway.ask("/v1/chat/completions", { body: { messages, model: "chat" } });
  expect(status).toBe(200);
  expect(good.received.map(({ text }) => text)).toEqual(bad.received.map(({ text }) => text));
  expect(good.received.map(({ text }) => text)).toEqual([JSON.stringify({ messages, model: UPSTREAM })]);
});

test("a backend that answers before it has read a long prompt is heard all the same", async () => {
  const server = createServer((_incoming, outgoing) => {
    outgoing.writeHead(400, { "content-type": "application/json", connection: "close" });
    outgoing.end(
      JSON.stringify({ error: { message: "too long for me", type: "BadRequestError", code: 400 } }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const gateway = await gatewayFor({ chat: [{ url: `http://127.0.0.1:${port}/v1` }] });
  const body = { messages, model: "chat" };
  const answer = await gateway.ask("/v1/chat/completions", { body });
  expect([answer.status, answer.json().error.message]).toEqual([400, "too long for me"]);
});
