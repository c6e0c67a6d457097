import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rawRequest, sendRaw } from "../../../test/raw.ts";
import { EventWriter } from "./event-writer.ts";

let answer: RequestListener = () => {};
const server = createServer((incoming, outgoing) => answer(incoming, outgoing));

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

/** What an app reads where these pieces are written, each of some parts. */
async function written(pieces: readonly (readonly Buffer[])[]): Promise<Buffer> {
  answer = (_incoming, outgoing) => {
    const writer = new EventWriter(outgoing);
    writer.begin(200, { "content-type": "text/event-stream" });
    for (const parts of pieces.slice(0, -1)) writer.write(parts);
    writer.end(pieces.at(-1) ?? []);
  };
  const { port } = server.address() as AddressInfo;
  const { body } = await request(`http://127.0.0.1:${port}/`, { method: "POST" });
  return Buffer.from(await body.arrayBuffer());
}

const part = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const pieces = fc.array(fc.array(part, { maxLength: 4 }), { maxLength: 6 });

test("what is written arrives, byte by byte, however it is divided", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (list) => {
      expect(await written(list)).toEqual(Buffer.concat(list.flat()));
    }),
    { numRuns: 100 },
  );
});

test("each piece is one chunk on the wire, and nothing is none: it would be the end", async () => {
  answer = (_incoming, outgoing) => {
    const writer = new EventWriter(outgoing);
    writer.begin(200, {});
    writer.write([Buffer.from("data: "), Buffer.from("1\n\n")]);
    writer.write([]);
    writer.write([Buffer.alloc(0)]);
    writer.end([Buffer.from("data: [DONE]\n\n")]);
  };
  const { port } = server.address() as AddressInfo;
  const { head, body } = await sendRaw(port, rawRequest("POST / HTTP/1.1", { "content-length": "0" }));
  expect(head.toLowerCase()).toContain("\r\ntransfer-encoding: chunked");
  expect(body).toBe("9\r\ndata: 1\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
});

test("HTTP/1.0 gets the bytes without chunks, up to the end of the connection", async () => {
  answer = (_incoming, outgoing) => {
    const writer = new EventWriter(outgoing);
    writer.begin(200, {});
    writer.write([Buffer.from("data: 1\n\n")]);
    writer.end([]);
  };
  const { port } = server.address() as AddressInfo;
  const { head, body } = await sendRaw(port, Buffer.from("POST / HTTP/1.0\r\ncontent-length: 0\r\n\r\n"));
  expect(head.toLowerCase()).not.toContain("transfer-encoding");
  expect(head.toLowerCase()).toContain("connection: close");
  expect(body).toBe("data: 1\n\n");
});

test("the connection is good for another request afterwards", async () => {
  answer = (_incoming, outgoing) => {
    const writer = new EventWriter(outgoing);
    writer.begin(200, {});
    writer.end([Buffer.from("x")]);
  };
  const { port } = server.address() as AddressInfo;
  const again = Buffer.from("POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n\r\n");
  const last = rawRequest("POST / HTTP/1.1", { "content-length": "0" });
  const { body } = await sendRaw(port, Buffer.concat([again, last]));
  expect(body.match(/1\r\nx\r\n0\r\n\r\n/g)).toHaveLength(2);
});
