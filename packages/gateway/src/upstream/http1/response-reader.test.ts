import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere } from "../../../test/json-text.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ResponseHead } from "./response-head.ts";
import { ResponseReader, MAX_HEAD_BYTES } from "./response-reader.ts";

interface Heard {
  status: number;
  body: string;
  ended: number;
}

/** What is heard of an answer that comes in these pieces, and then perhaps the end of the connection. */
function hear(pieces: readonly (string | Buffer)[], closes = false): Heard | ProtocolError {
  const heard: Heard = { status: 0, body: "", ended: 0 };
  const reader = new ResponseReader();
  reader.expect({
    head: ({ status }: ResponseHead) => (heard.status = status),
    data: (piece) => (heard.body += piece.toString("latin1")),
    end: () => (heard.ended += 1),
  });
  // One memory for all pieces, as a socket has it: nobody may keep a view of it.
  const memory = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    const size = memory.write(piece.toString("latin1"), "latin1");
    const error = reader.push(memory.subarray(0, size));
    if (error !== null) return error;
    memory.fill("?");
  }
  if (closes && !reader.close()) return new ProtocolError("it is not whole");
  return heard;
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

describe("an answer", () => {
  test.each<[string, string, string]>([
    ["with a length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello"],
    ["with no body", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""],
    ["in one chunk", `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, "hello"],
    ["in several", `${CHUNKED}2\r\nhe\r\n03\r\nllo\r\n0\r\n\r\n`, "hello"],
    ["in a long chunk", `${CHUNKED}1A\r\n${"x".repeat(26)}\r\n000\r\n\r\n`, "x".repeat(26)],
    ["in chunks with extensions", `${CHUNKED}5;a=b;c="d"\r\nhello\r\n0;x\r\n\r\n`, "hello"],
    ["in chunks with trailers", `${CHUNKED}5\r\nhello\r\n0\r\nx-sum: 1\r\ny: 2\r\n\r\n`, "hello"],
    ["after an interim one", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 x\r\n\r\n", ""],
  ])("%s is heard whole, however it is cut", (_case, text, body) => {
    expect(hear([text])).toMatchObject({ body, ended: 1 });
    expect(hear(text.split(""))).toMatchObject({ body, ended: 1 });
    for (let at = 1; at < text.length; at += 1)
      expect(hear([text.slice(0, at), text.slice(at)])).toMatchObject({ body, ended: 1 });
  });

  test("may say something beside each of very many chunks", () => {
    const text = `${CHUNKED}${"1;x=0123456789\r\na\r\n".repeat(3_000)}0\r\n\r\n`;
    expect(hear([text])).toMatchObject({ body: "a".repeat(3_000), ended: 1 });
  });

  test("that ends with the connection is whole then", () => {
    const text = "HTTP/1.0 200 OK\r\n\r\nhello";
    expect(hear([text])).toEqual({ status: 200, body: "hello", ended: 0 });
    expect(hear([text], true)).toEqual({ status: 200, body: "hello", ended: 1 });
  });

  test.each<[string, string]>([
    ["of another protocol, though no line of it ends", "SSH-2.0-Open"],
    ["that wants another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"],
    ["with a head without an end", `HTTP/1.1 200 OK\r\nx: ${"x".repeat(MAX_HEAD_BYTES)}`],
    ["with bytes behind its end", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab"],
    ["with a chunk that has no size", `${CHUNKED}\r\nhello\r\n0\r\n\r\n`],
    ["with a chunk whose size is no number", `${CHUNKED}x\r\n`],
    ["with a space behind the size", `${CHUNKED}5 \r\nhello\r\n`],
    ["with a negative size", `${CHUNKED}-5\r\nhello\r\n`],
    ["with a size beyond all numbers", `${CHUNKED}${"f".repeat(13)}\r\n`],
    ["with a chunk that is longer than its size", `${CHUNKED}2\r\nhello\r\n`],
    ["with a size that ends in a bare line feed", `${CHUNKED}5\nhello\r\n`],
    ["with an extension that ends in a bare line feed", `${CHUNKED}5;x\nhello\r\n`],
    ["with a trailer that ends in a bare line feed", `${CHUNKED}0\r\nx: 1\n\r\n`],
    ["with an extension without an end", `${CHUNKED}5;${"x".repeat(17_000)}`],
    ["with trailers without an end", `${CHUNKED}0\r\n${"x: y\r\n".repeat(5_000)}`],
  ])("%s is refused", (_case, text) => {
    expect(hear([text])).toBeInstanceOf(ProtocolError);
    expect(hear(text.split(""))).toBeInstanceOf(ProtocolError);
  });

  test.each([
    "",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",
    `${CHUNKED}5\r\nhello\r\n`,
  ])("that ends before its end is none: %j", (text) => {
    const pieces = [text].filter((piece) => piece !== "");
    expect(hear(pieces, true)).toBeInstanceOf(ProtocolError);
  });
});

const body = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });

/** An answer of these pieces, framed in one of the ways there are. */
const framed = fc
  .record({ pieces: body, sized: fc.boolean(), interim: fc.boolean() })
  .map(({ pieces, sized, interim }) => {
    const chunks = pieces.map((piece) => Buffer.from(piece));
    const whole = Buffer.concat(chunks);
    const first = interim ? "HTTP/1.1 100 Continue\r\n\r\n" : "";
    const wire = sized
      ? [`${first}HTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n`, whole]
      : [
          `${first}${CHUNKED}`,
          ...chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]),
          "0\r\n\r\n",
        ];
    return {
      whole,
      wire: Buffer.concat(wire.map((part) => (typeof part === "string" ? Buffer.from(part) : part))),
    };
  });

test("any answer is heard byte by byte as it was meant, cut anywhere", () => {
  const cut = framed.chain(({ whole, wire }) => cutAnywhere(wire).map((pieces) => ({ whole, pieces })));
  fc.assert(
    fc.property(cut, ({ whole, pieces }) => {
      expect(hear(pieces)).toEqual({ status: 200, body: whole.toString("latin1"), ended: 1 });
    }),
    { numRuns: 2_000 },
  );
});

test("whatever bytes come, an answer ends once or is refused, and nothing is thrown", () => {
  const spoiled = fc
    .tuple(framed, fc.nat(), fc.uint8Array({ maxLength: 6 }))
    .map(([{ wire }, at, noise]) => {
      const from = at % wire.length;
      return Buffer.concat([wire.subarray(0, from), Buffer.from(noise), wire.subarray(from + noise.length)]);
    })
    .chain(cutAnywhere);
  fc.assert(
    fc.property(spoiled, (pieces) => {
      const heard = hear(pieces);
      expect(heard instanceof ProtocolError ? 0 : heard.ended).toBeLessThanOrEqual(1);
    }),
    { numRuns: 3_000 },
  );
});
