import { describe, expect, it } from "vitest";
import { MessageReader } from "./message-reader.ts";

/** What was heard, one line an occurrence, with the pieces of a body joined. */
function read(chunks: readonly string[]): string[] {
  const heard: string[] = [];
  let body = "";
  const reader = new MessageReader({
    head: (text) => void heard.push(text.split("\r\n", 1)[0] ?? ""),
    body: (bytes) => void (body += bytes.toString()),
    end: () => {
      heard.push(body);
      body = "";
    },
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return heard;
}

const COUNTED = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n";
const EMPTY = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

describe("HTTP/1.1 messages from a socket", () => {
  it("are read one after the other, however they are framed", () => {
    expect(read([COUNTED + CHUNKED + EMPTY])).toEqual([
      "HTTP/1.1 200 OK",
      "hello",
      "POST / HTTP/1.1",
      "hello",
      "GET / HTTP/1.1",
      "",
    ]);
  });

  it.each([1, 2, 3, 7])("may be cut anywhere: every %i bytes", (size) => {
    const all = COUNTED + CHUNKED + EMPTY;
    const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
      all.slice(index * size, (index + 1) * size),
    );
    expect(read(pieces)).toEqual(read([all]));
  });

  it("are not over before their last byte", () => {
    expect(read([COUNTED.slice(0, -1)])).toEqual(["HTTP/1.1 200 OK"]);
    expect(read([CHUNKED.slice(0, -2)])).toEqual(["POST / HTTP/1.1"]);
  });
});
