import { describe, expect, test } from "vitest";
import { ProtocolError } from "./protocol-error.ts";
import { headerOf, parseResponseHead, type ResponseHead } from "./response-head.ts";

const parse = (lines: readonly string[]) => parseResponseHead(lines.join("\r\n"));

function head(...lines: readonly string[]): ResponseHead {
  const parsed = parse(lines);
  if (parsed instanceof ProtocolError) throw new Error(parsed.message);
  return parsed;
}

const OK = "HTTP/1.1 200 OK";

test("a head is its status and its headers, in lower case and without the space around them", () => {
  const read = head("HTTP/1.1 404 Not Found", "Content-Type:\t application/json ", "x-a: 1", "X-A: 2");
  expect(read.status).toBe(404);
  expect(headerOf(read, "content-type")).toBe("application/json");
  expect(headerOf(read, "x-a")).toBe("1");
  expect(headerOf(read, "x-b")).toBeUndefined();
  expect(read.headers).toEqual(["content-type", "application/json", "x-a", "1", "x-a", "2"]);
});

test.each<[string, readonly string[]]>([
  ["no reason phrase", ["HTTP/1.1 200"]],
  ["an empty one", ["HTTP/1.1 200 "]],
  ["letters beyond ASCII", ["HTTP/1.1 200 \xe4\xf6", "x: \xfc"]],
  ["an empty header", [OK, "x:"]],
  ["a name that every object has", [OK, "__proto__: 1", "constructor: 2"]],
])("%s is allowed", (_case, lines) => {
  expect(head(...lines).status).toBe(200);
});

test.each<[string, readonly string[]]>([
  ["another protocol", ["SSH-2.0-OpenSSH_9.2"]],
  ["HTTP/2", ["HTTP/2 200 OK"]],
  ["HTTP/0.9", ["<html>"]],
  ["a status that is none", ["HTTP/1.1 700 OK"]],
  ["a status of two digits", ["HTTP/1.1 20 OK"]],
  ["two spaces before the status", ["HTTP/1.1  200 OK"]],
  ["a control character in the reason", ["HTTP/1.1 200 \x00"]],
  ["a line without a colon", [OK, "nothing"]],
  ["a line that is folded", [OK, "x: 1", " 2"]],
  ["a space before the colon", [OK, "content-length : 2"]],
  ["a name that is empty", [OK, ": x"]],
  ["a bare line feed", [OK, "x: 1\ncontent-length: 2"]],
  ["a bare carriage return", [OK, "x: 1\rcontent-length: 2"]],
  ["a bare line feed before a value", [OK, "x:\ncontent-length: 2"]],
  ["a bare carriage return behind a value", [OK, "content-length: 5\r"]],
  ["a length behind a space that is none", [OK, "content-length: \xa05"]],
  ["a zero byte", [OK, "x: \x00"]],
  ["two lengths", [OK, "content-length: 2", "content-length: 2"]],
  ["a list of lengths", [OK, "content-length: 2, 2"]],
  ["a negative length", [OK, "content-length: -1"]],
  ["a length with a sign", [OK, "content-length: +1"]],
  ["a length in hex", [OK, "content-length: 0x1"]],
  ["no length at all", [OK, "content-length:"]],
  ["a length beyond all numbers", [OK, `content-length: ${"9".repeat(16)}`]],
  ["length and chunks", [OK, "content-length: 2", "transfer-encoding: chunked"]],
  ["a compressed transfer", [OK, "transfer-encoding: gzip, chunked"]],
  ["chunks in chunks", [OK, "transfer-encoding: chunked, chunked"]],
  ["chunks and another coding", [OK, "transfer-encoding: chunked", "transfer-encoding: gzip"]],
  ["another coding and chunks", [OK, "transfer-encoding: gzip", "transfer-encoding: chunked"]],
  ["chunks in HTTP/1.0", ["HTTP/1.0 200 OK", "transfer-encoding: chunked"]],
])("%s is refused", (_case, lines) => {
  expect(parse(lines)).toBeInstanceOf(ProtocolError);
});

describe("the body ends", () => {
  test.each<[string, readonly string[], object]>([
    ["after its length", [OK, "content-length: 12"], { by: "length", bytes: 12 }],
    ["with its last chunk", [OK, "transfer-encoding: Chunked"], { by: "chunks" }],
    [
      "with its last chunk, said twice",
      [OK, "transfer-encoding: chunked", "Transfer-Encoding: Chunked"],
      { by: "chunks" },
    ],
    ["with the connection where nothing is said", [OK], { by: "close" }],
    ["at once where there can be none", ["HTTP/1.1 204 No Content"], { by: "length", bytes: 0 }],
    ["at once, whatever a 304 says", ["HTTP/1.1 304 x", "content-length: 5"], { by: "length", bytes: 0 }],
  ])("%s", (_case, lines, bodyEnd) => {
    expect(head(...lines).bodyEnd).toEqual(bodyEnd);
  });
});

describe("the connection is good for another request", () => {
  const SIZED = "content-length: 0";
  test.each<[string, readonly string[], boolean]>([
    ["in HTTP/1.1", [OK, SIZED], true],
    ["where it is kept alive", [OK, SIZED, "connection: keep-alive"], true],
    ["not where it is to be closed", [OK, SIZED, "connection: Close"], false],
    ["not where that stands among other words", [OK, SIZED, "connection: x-a, close"], false],
    ["not where that stands in a second line", [OK, SIZED, "connection: x-a", "connection: close"], false],
    ["not in HTTP/1.0", ["HTTP/1.0 200 OK", SIZED], false],
    ["in HTTP/1.0 that says so", ["HTTP/1.0 200 OK", SIZED, "connection: keep-alive"], true],
    ["not where its end is the body's", [OK], false],
  ])("%s", (_case, lines, persistent) => {
    expect(head(...lines).persistent).toBe(persistent);
  });
});
