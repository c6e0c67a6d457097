import { describe, expect, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, UPSTREAM } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend } from "./raw-backend.ts";

const event = (word: string) =>
  `data: {"model":"${UPSTREAM}","choices":[{"delta":{"content":"${word}"}}]}\n\n`;
const line = (word: string) => `{"model":"${UPSTREAM}","word":"${word}"}\n`;

/** Two pieces in chunks, the second once the test says so. */
async function twoPieces(header: string, pieces: readonly [string, string]) {
  let go = () => {};
  const backend = await rawBackend((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${header}transfer-encoding: chunked\r\n\r\n${chunk(pieces[0])}`);
    go = () => void socket.end(chunk(pieces[1]) + LAST_CHUNK);
  });
  return { backend, go: () => go() };
}

async function readInTurn(url: string, fields: object, go: () => void) {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ model: "chat", messages: MESSAGES, ...fields }),
  });
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  const { value: first = "" } = await reader.read();
  go();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
  return { headers: answer.headers, first, rest };
}

describe("of an answer to a request for a stream the first piece leaves before the second comes", () => {
  test.each<[string, { header: string; piece: (word: string) => string; type: string }]>([
    ["as events", { header: "content-type: text/event-stream\r\n", piece: event, type: "text/event-stream" }],
    [
      "as events in other letters",
      { header: "content-type: Text/Event-Stream\r\n", piece: event, type: "Text/Event-Stream" },
    ],
    ["of no type", { header: "", piece: event, type: "text/event-stream; charset=utf-8" }],
    [
      "as plain text",
      {
        header: "content-type: text/plain; charset=utf-8\r\n",
        piece: event,
        type: "text/event-stream; charset=utf-8",
      },
    ],
    [
      "as JSON, which it is not",
      {
        header: "content-type: application/json\r\n",
        piece: event,
        type: "text/event-stream; charset=utf-8",
      },
    ],
    [
      "as lines of JSON",
      { header: "content-type: application/x-ndjson\r\n", piece: line, type: "application/x-ndjson" },
    ],
  ])("%s", async (_case, { header, piece, type }) => {
    const { backend, go } = await twoPieces(header, [piece("one"), piece("two")]);
    const gateway = await gatewayFor({ chat: [backend] });
    const { headers, first, rest } = await readInTurn(gateway.url, { stream: true }, go);
    expect(headers.get("content-type")).toBe(type);
    expect([first, rest]).toEqual([
      piece("one").replace(UPSTREAM, "chat"),
      expect.stringContaining(piece("two").replace(UPSTREAM, "chat")) as string,
    ]);
  });
});

test("one JSON text in answer to a request for a stream can still come from another backend", async () => {
  const broken = await rawBackend((socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"half":'),
  );
  const good = await rawBackend((socket) =>
    socket.end(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"choices":[]}',
    ),
  );
  const gateway = await gatewayFor({ chat: [broken, good] });
  const answer = await gateway.chat({ stream: true });
  expect([answer.status, answer.text]).toEqual([200, '{"choices":[]}']);
});

test("a stream tells proxies and caches in front of the gateway to hold nothing back", async () => {
  const { backend, go } = await twoPieces("content-type: text/event-stream\r\n", [
    event("one"),
    event("two"),
  ]);
  const gateway = await gatewayFor({ chat: [backend] });
  const { headers } = await readInTurn(gateway.url, { stream: true }, go);
  expect([headers.get("x-accel-buffering"), headers.get("cache-control")]).toEqual(["no", "no-cache"]);
});
