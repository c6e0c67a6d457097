import type { Socket } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { collect, gatewayFor, MESSAGES } from "./harness.ts";
import { rawBackend } from "./raw-backend.ts";

const CODINGS: readonly [string, string, (bytes: Buffer) => Buffer][] = [
  ["gzip", "gzip", gzipSync],
  ["gzip under its old name and in capitals", "X-GZIP", gzipSync],
  ["deflate", "deflate", deflateSync],
  ["deflate without zlib's header", "deflate", deflateRawSync],
  ["br", "identity, br", brotliCompressSync],
  ["zstd", "zstd", zstdCompressSync],
];

const COMPLETION = {
  id: "c1",
  object: "chat.completion",
  created: 1,
  model: "org/upstream-model",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
};

const event = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "org/upstream-model", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

function head(status: number, type: string, lines: string): string {
  return `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\n${lines}\r\n`;
}

function sendWhole(socket: Socket, start: string, body: Buffer): void {
  socket.write(`${start.slice(0, -2)}content-length: ${body.length}\r\n\r\n`);
  socket.write(body);
}

describe.each(CODINGS)(
  "an answer in %s that nobody asked for reaches the app decoded",
  (_case, name, encode) => {
    const coding = `content-encoding: ${name}\r\n`;

    test("as JSON", async () => {
      const body = encode(Buffer.from(JSON.stringify(COMPLETION)));
      const backend = await rawBackend((socket) =>
        sendWhole(socket, head(200, "application/json", coding), body),
      );
      const gateway = await gatewayFor({ chat: [backend] });
      const answer = await gateway.chat();
      expect([answer.status, answer.json()]).toMatchObject([200, { ...COMPLETION, model: "chat" }]);
      expect(answer.headers["content-encoding"]).toBeUndefined();
    });

    test("as events", async () => {
      const body = encode(Buffer.from(`${event("hi")}${event("", "stop")}data: [DONE]\n\n`));
      const backend = await rawBackend((socket) =>
        sendWhole(socket, head(200, "text/event-stream", coding), body),
      );
      const gateway = await gatewayFor({ chat: [backend] });
      const stream = await gateway
        .client()
        .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
      expect((await collect(stream)).map(({ choices }) => choices[0]?.delta.content)).toEqual(["hi", ""]);
    });

    test("as an error", async () => {
      const body = encode(
        Buffer.from('{"error":{"message":"temperature must be >= 0","param":"temperature"}}'),
      );
      const backend = await rawBackend((socket) =>
        sendWhole(socket, head(400, "application/json", coding), body),
      );
      const gateway = await gatewayFor({ chat: [backend] });
      const answer = await gateway.chat();
      expect([answer.status, answer.json().error]).toMatchObject([
        400,
        { message: "temperature must be >= 0" },
      ]);
    });
  },
);

test.each<[string, string, () => NodeJS.ReadWriteStream & { flush(done: () => void): void }]>([
  ["gzip", "gzip", () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH })],
  ["br", "br", () => zlib.createBrotliCompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH })],
  ["zstd", "zstd", () => zlib.createZstdCompress({ flush: zlib.constants.ZSTD_e_flush })],
])("an event in %s leaves before the next one is there", async (_case, coding, compressor) => {
  let end = () => {};
  const backend = await rawBackend((socket) => {
    socket.write(head(200, "text/event-stream", `content-encoding: ${coding}\r\nconnection: close\r\n`));
    const encoder = compressor();
    encoder.on("data", (bytes: Buffer) => socket.write(bytes));
    encoder.on("end", () => socket.end());
    encoder.write(event("first"));
    end = () => {
      encoder.write(`${event("", "stop")}data: [DONE]\n\n`);
      encoder.end();
    };
  });
  const gateway = await gatewayFor({ chat: [backend] });
  const stream = await gateway
    .client()
    .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
  const read = stream[Symbol.asyncIterator]();
  expect((await read.next()).value).toMatchObject({ choices: [{ delta: { content: "first" } }] });
  end();
  expect((await read.next()).value).toMatchObject({ choices: [{ finish_reason: "stop" }] });
  expect((await read.next()).done).toBe(true);
});

test.each<[string, string, Buffer]>([
  ["is not in the coding that it names", "gzip", Buffer.from(JSON.stringify(COMPLETION))],
  ["ends in the middle of its coding", "gzip", gzipSync(JSON.stringify(COMPLETION)).subarray(0, 40)],
  ["is in two codings", "br, gzip", gzipSync(brotliCompressSync(JSON.stringify(COMPLETION)))],
  ["is in a coding that nobody knows", "compress", Buffer.from(JSON.stringify(COMPLETION))],
])("an answer that %s is tried elsewhere", async (_case, coding, body) => {
  const broken = await rawBackend((socket) =>
    sendWhole(socket, head(200, "application/json", `content-encoding: ${coding}\r\n`), body),
  );
  const whole = await rawBackend((socket) =>
    sendWhole(socket, head(200, "application/json", ""), Buffer.from(JSON.stringify(COMPLETION))),
  );
  const gateway = await gatewayFor({ chat: [broken, whole] });
  const answer = await gateway.chat();
  expect([answer.status, answer.headers["x-rollcall-deployment"]]).toEqual([200, "chat-2"]);
});

test("a large answer in gzip to an app that reads slowly arrives whole", async () => {
  const text = JSON.stringify({ ...COMPLETION, filler: "x".repeat(20_000_000) });
  const body = gzipSync(text);
  const backend = await rawBackend((socket) =>
    sendWhole(socket, head(200, "application/json", "content-encoding: gzip\r\n"), body),
  );
  const gateway = await gatewayFor({ chat: [backend] });
  const answer = await gateway.chat();
  expect(answer.text.length).toBe(text.length - "org/upstream-model".length + "chat".length);
});
