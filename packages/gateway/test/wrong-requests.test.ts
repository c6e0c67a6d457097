import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { startProcess, type GatewayProcess } from "./gateway-process.ts";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, UPSTREAM, type Gateway } from "./harness.ts";
import { rawRequest, sendRaw, type RawAnswer } from "./raw.ts";

const LIMIT = 256 * 1024;
const AUTHORIZED = { authorization: `Bearer ${MASTER_KEY}` };
const JSON_TYPE = { "content-type": "application/json" };
const CHAT = "/v1/chat/completions";
const INVALID = "invalid_request_error";

const ends: (() => Promise<unknown>)[] = [];
let gateway: Gateway;
let backend: Simulator;
let running: GatewayProcess;

beforeAll(async () => {
  const atEnd = (end: () => Promise<unknown>) => void ends.push(end);
  backend = await simulator({}, atEnd);
  gateway = await gatewayFor(
    { chat: [backend] },
    {
      gateway: { max_body: LIMIT },
      atEnd,
      start: async (options) => {
        const started = await startProcess(options);
        running = started.process;
        return started;
      },
    },
  );
});

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** A chat with this body, all the rest as it should be. */
function chat(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Buffer {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return rawRequest(`POST ${CHAT} HTTP/1.1`, { ...AUTHORIZED, ...JSON_TYPE, ...length, ...headers }, body);
}

const GOOD_BODY = JSON.stringify({ model: "chat", messages: MESSAGES });

/** A good chat by these headers instead of the right key. */
function chatBy(headers: Readonly<Record<string, string>>): Buffer {
  const length = { "content-length": String(Buffer.byteLength(GOOD_BODY)) };
  return rawRequest(`POST ${CHAT} HTTP/1.1`, { ...JSON_TYPE, ...length, ...headers }, GOOD_BODY);
}

function get(target: string, headers: Readonly<Record<string, string>> = AUTHORIZED): Buffer {
  return rawRequest(`GET ${target} HTTP/1.1`, headers);
}

function chunked(size: number): Buffer {
  const headers = { ...AUTHORIZED, ...JSON_TYPE, "transfer-encoding": "chunked" };
  const piece = `8000\r\n${"x".repeat(0x8000)}\r\n`;
  return rawRequest(`POST ${CHAT} HTTP/1.1`, headers, `${piece.repeat(Math.ceil(size / 0x8000))}0\r\n\r\n`);
}

/** Every answer and everything printed is looked through at the end. */
const answers: string[] = [];

async function send(bytes: string | Buffer): Promise<RawAnswer> {
  const answer = await sendRaw(gateway.port, bytes);
  answers.push(answer.head, answer.body);
  return answer;
}

interface Refused {
  readonly status: number;
  readonly code: string | null;
  readonly param?: string | null;
  readonly type?: string;
}

const NO_JSON: Refused = { status: 400, code: null };
const NO_MODEL: Refused = { status: 400, code: null, param: "model" };
const UNKNOWN: Refused = { status: 404, code: "model_not_found", param: "model" };
const NO_ROUTE: Refused = { status: 404, code: "unknown_url" };
const NO_METHOD: Refused = { status: 405, code: null };
const TOO_LARGE: Refused = { status: 413, code: "request_too_large" };
const UNAUTHORIZED: Refused = { status: 401, code: "invalid_api_key" };
const NO_HTTP: Refused = { status: 400, code: null };

describe("a wrong request gets its status and an error in OpenAI's shape", () => {
  test.each<[string, () => string | Buffer, Refused]>([
    // The body.
    ["an empty body", () => chat(""), NO_JSON],
    ["white space", () => chat(" \n"), NO_JSON],
    ["no JSON", () => chat("model=chat"), NO_JSON],
    ["a JSON list", () => chat(`[${GOOD_BODY}]`), NO_JSON],
    ["a JSON string", () => chat('"chat"'), NO_JSON],
    ["null", () => chat("null"), NO_JSON],
    ["truncated JSON", () => chat(GOOD_BODY.slice(0, -1)), NO_JSON],
    ["JSON with something behind it", () => chat(`${GOOD_BODY}{}`), NO_JSON],
    ["JSON behind a byte order mark", () => chat(`\ufeff${GOOD_BODY}`), NO_JSON],
    ["JSON in UTF-16", () => chat(Buffer.from(GOOD_BODY, "utf16le")), NO_JSON],
    [
      "a compressed body",
      () => chat(gzipSync(GOOD_BODY), { "content-encoding": "gzip" }),
      { status: 415, code: "unsupported_media_type" },
    ],
    ["100,000 open brackets", () => chat(`{"model":"chat","messages":${"[".repeat(100_000)}`), NO_JSON],
    ["no model", () => chat('{"messages":[]}'), NO_MODEL],
    ["an empty model", () => chat('{"model":""}'), NO_MODEL],
    ["a model that is a number", () => chat('{"model":4}'), NO_MODEL],
    ["a model that is null", () => chat('{"model":null}'), NO_MODEL],
    ["a model that is an object", () => chat('{"model":{"id":"chat"}}'), NO_MODEL],
    ["a model and then another that is a number", () => chat('{"model":"chat","model":4}'), NO_MODEL],
    ["an unknown model", () => chat('{"model":"gpt-5"}'), UNKNOWN],
    ["a model and then an unknown one", () => chat('{"model":"chat","model":"gpt-5"}'), UNKNOWN],
    [
      "an unknown model by an escaped key",
      () => chat(String.raw`{"model":"chat","mod\u0065l":"gpt-5"}`),
      UNKNOWN,
    ],
    ["the model's name in other letters", () => chat('{"model":"Chat"}'), UNKNOWN],
    ["the upstream's name", () => chat(JSON.stringify({ model: UPSTREAM })), UNKNOWN],
    ["a model called __proto__", () => chat('{"model":"__proto__"}'), UNKNOWN],
    ["a very long model name", () => chat(JSON.stringify({ model: "m".repeat(200_000) })), UNKNOWN],
    [
      "a wrong content type",
      () => chat(GOOD_BODY, { "content-type": "text/plain" }),
      { status: 400, code: null },
    ],
    [
      "a field that the backend refuses",
      () => chat('{"model":"chat"}'),
      { status: 400, code: null, param: "body.messages" },
    ],
    ["a body announced too large", () => chat("x".repeat(LIMIT + 1)), TOO_LARGE],
    ["a body announced far too large", () => chat("x", { "content-length": "99999999999" }), TOO_LARGE],
    ["a body too large in chunks", () => chunked(LIMIT + 1), TOO_LARGE],
    // The way to it.
    ["a wrong method", () => get(CHAT), NO_METHOD],
    ["another wrong method", () => rawRequest(`DELETE ${CHAT} HTTP/1.1`, AUTHORIZED), NO_METHOD],
    [
      "a wrong method for the list",
      () => rawRequest("POST /v1/models HTTP/1.1", { ...AUTHORIZED, "content-length": "0" }),
      NO_METHOD,
    ],
    ["a wrong path", () => get("/v1/chat"), NO_ROUTE],
    [
      "a path twice",
      () => rawRequest("POST /v1/v1/chat/completions HTTP/1.1", { ...AUTHORIZED, "content-length": "0" }),
      NO_ROUTE,
    ],
    [
      "the root by another method",
      () => rawRequest("POST / HTTP/1.1", { ...AUTHORIZED, "content-length": "0" }),
      NO_ROUTE,
    ],
    ["a very long path", () => get(`/${"p".repeat(10_000)}`), NO_ROUTE],
    ["a path out of the root", () => get("/v1/../../etc/passwd"), NO_ROUTE],
    ["an encoded path out of the root", () => get("/v1/%2e%2e%2f%2e%2e%2fetc/passwd"), NO_ROUTE],
    ["percent signs that encode nothing", () => get("/%E0%A4%A/%zz/%"), NO_ROUTE],
    ["bytes that are no text", () => get("/%ff%fe%00"), NO_ROUTE],
    ["a model that does not exist", () => get("/v1/models/gpt-5"), UNKNOWN],
    ["a model of percent signs", () => get("/v1/models/%E0%A4%A"), UNKNOWN],
    ["a path with a backslash", () => get("/v1\\models"), NO_HTTP],
    ["a target that is no path", () => rawRequest("OPTIONS * HTTP/1.1", AUTHORIZED), NO_HTTP],
    [
      "a Host that is none",
      () => rawRequest("GET /v1/models HTTP/1.1", { ...AUTHORIZED, host: "a b/c" }),
      NO_HTTP,
    ],
    // The key.
    ["no key", () => chatBy({}), UNAUTHORIZED],
    ["no key for the list", () => get("/v1/models", {}), UNAUTHORIZED],
    ["no key for a path that does not exist", () => get("/nowhere", {}), UNAUTHORIZED],
    ["an empty bearer", () => chatBy({ authorization: "Bearer" }), UNAUTHORIZED],
    ["a bearer of spaces", () => chatBy({ authorization: "Bearer    " }), UNAUTHORIZED],
    ["a key without a scheme", () => chatBy({ authorization: MASTER_KEY }), UNAUTHORIZED],
    [
      "Basic authentication",
      () => chatBy({ authorization: `Basic ${btoa(`user:${MASTER_KEY}`)}` }),
      UNAUTHORIZED,
    ],
    ["a wrong key", () => chatBy({ authorization: "Bearer sk-wrong" }), UNAUTHORIZED],
    [
      "a beginning of the key",
      () => chatBy({ authorization: `Bearer ${MASTER_KEY.slice(0, -1)}` }),
      UNAUTHORIZED,
    ],
    ["more than the key", () => chatBy({ authorization: `Bearer ${MASTER_KEY}x` }), UNAUTHORIZED],
    [
      "the key and something behind it",
      () => chatBy({ authorization: `Bearer ${MASTER_KEY} x` }),
      UNAUTHORIZED,
    ],
    ["a key beyond ASCII", () => chatBy({ authorization: "Bearer schlüssel-日本" }), UNAUTHORIZED],
    ["a wrong x-api-key", () => chatBy({ "x-api-key": "sk-wrong" }), UNAUTHORIZED],
    ["an empty x-api-key", () => chatBy({ "x-api-key": "" }), UNAUTHORIZED],
    [
      "a wrong bearer beside the right x-api-key",
      () => chatBy({ authorization: "Bearer sk-wrong", "x-api-key": MASTER_KEY }),
      UNAUTHORIZED,
    ],
    // What is no HTTP.
    [
      "headers that are too large",
      () => get("/v1/models", { ...AUTHORIZED, "x-large": "x".repeat(20_000) }),
      { status: 431, code: null },
    ],
    ["a TLS handshake", () => "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", NO_HTTP],
    ["another protocol", () => "SSH-2.0-OpenSSH_9.6\r\n", NO_HTTP],
    ["a negative length", () => chat("{}", { "content-length": "-1" }), NO_HTTP],
    ["a length that is no number", () => chat("{}", { "content-length": "2x" }), NO_HTTP],
    [
      "two lengths",
      () =>
        rawRequest(
          `POST ${CHAT} HTTP/1.1\r\ncontent-length: 1`,
          { ...AUTHORIZED, "content-length": "2" },
          "{}",
        ),
      NO_HTTP,
    ],
    ["two Hosts", () => chat(GOOD_BODY, { Host: "elsewhere" }), NO_HTTP],
    [
      "another version",
      () =>
        rawRequest(
          `POST ${CHAT} HTTP/2.0`,
          { ...AUTHORIZED, "content-length": String(GOOD_BODY.length) },
          GOOD_BODY,
        ),
      NO_HTTP,
    ],
    [
      "a compressed transfer",
      () =>
        rawRequest(
          `POST ${CHAT} HTTP/1.1`,
          { ...AUTHORIZED, "transfer-encoding": "gzip, chunked" },
          "0\r\n\r\n",
        ),
      NO_HTTP,
    ],
    [
      "chunks in HTTP/1.0",
      () =>
        rawRequest(`POST ${CHAT} HTTP/1.0`, { ...AUTHORIZED, "transfer-encoding": "chunked" }, "0\r\n\r\n"),
      NO_HTTP,
    ],
    ["a length beside chunks", () => chat("0\r\n\r\n", { "transfer-encoding": "chunked" }), NO_HTTP],
    [
      "a chunk that has no size",
      () => rawRequest(`POST ${CHAT} HTTP/1.1`, { ...AUTHORIZED, "transfer-encoding": "chunked" }, "zz\r\n"),
      NO_HTTP,
    ],
    [
      "a header without a colon",
      () => rawRequest("GET /v1/models HTTP/1.1\r\nno colon", AUTHORIZED),
      NO_HTTP,
    ],
  ])("%s", async (_case, bytes, { status, code, param = null, type = INVALID }) => {
    const answer = await send(bytes());
    expect(answer.status).toBe(status);
    const { error } = JSON.parse(answer.body) as { error: Record<string, unknown> };
    expect(error).toEqual({ message: expect.any(String) as string, type, param, code });
    expect(String(error["message"]).length).toBeLessThan(400);
    expect(answer.head.toLowerCase()).toContain("content-type: application/json");
  });
});

describe("what looks wrong and is not", () => {
  test.each<[string, () => Buffer]>([
    ["no content type", () => chatBy(AUTHORIZED)],
    ["a model and then the right one", () => chat(`{"model":"gpt-5",${GOOD_BODY.slice(1)}`)],
    ["an escaped key", () => chat(GOOD_BODY.replace("model", String.raw`mod\u0065l`))],
    [
      "100,000 brackets that are closed again",
      () => chat(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)},${GOOD_BODY.slice(1)}`),
    ],
    [
      "a content type with a charset",
      () => chat(GOOD_BODY, { "content-type": "application/json; charset=utf-8" }),
    ],
    [
      "HTTP/1.0",
      () =>
        rawRequest(
          `POST ${CHAT} HTTP/1.0`,
          { ...AUTHORIZED, ...JSON_TYPE, "content-length": String(GOOD_BODY.length) },
          GOOD_BODY,
        ),
    ],
    [
      "an absolute target",
      () =>
        rawRequest(
          `POST http://elsewhere.example${CHAT} HTTP/1.1`,
          { ...AUTHORIZED, ...JSON_TYPE, "content-length": String(GOOD_BODY.length) },
          GOOD_BODY,
        ),
    ],
    [
      "a path with dots that leads there",
      () =>
        rawRequest(
          `POST /v1/x/../chat/completions HTTP/1.1`,
          { ...AUTHORIZED, ...JSON_TYPE, "content-length": String(GOOD_BODY.length) },
          GOOD_BODY,
        ),
    ],
    [
      "a query",
      () =>
        rawRequest(
          `POST ${CHAT}?api-version=1 HTTP/1.1`,
          { ...AUTHORIZED, ...JSON_TYPE, "content-length": String(GOOD_BODY.length) },
          GOOD_BODY,
        ),
    ],
    ["a bearer in other letters", () => chatBy({ authorization: `BEARER ${MASTER_KEY}` })],
    [
      "Basic authentication beside the right x-api-key",
      () => chatBy({ authorization: "Basic abc", "x-api-key": MASTER_KEY }),
    ],
  ])("%s is answered", async (_case, bytes) => {
    const answer = await send(bytes());
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('"model":"chat"');
  });

  test("HTTP/1.0 without a Host, as old load balancers ask, is answered", async () => {
    expect(await send("GET /readyz HTTP/1.0\r\n\r\n")).toMatchObject({ status: 200, body: "ready\n" });
  });
});

test("HTTP/1.1 without a Host is refused", async () => {
  expect((await send("GET /readyz HTTP/1.1\r\nconnection: close\r\n\r\n")).status).toBe(400);
});

test.each<[string, string, Readonly<Record<string, string>>, number]>([
  ["a route of another method", CHAT, AUTHORIZED, 405],
  ["a path that does not exist", "/nowhere", AUTHORIZED, 404],
  ["the list without a key", "/v1/models", {}, 401],
  ["the list", "/v1/models", AUTHORIZED, 200],
  ["the probe", "/livez", {}, 200],
])("HEAD of %s has a status and no body", async (_case, target, ...[headers, status]) => {
  const answer = await send(rawRequest(`HEAD ${target} HTTP/1.1`, headers));
  expect(answer).toMatchObject({ status, body: "" });
});

test("what an app sent comes back clipped", async () => {
  const { body } = await send(chat(JSON.stringify({ model: "m".repeat(200_000) })));
  expect(body).toContain(`\`${"m".repeat(97)}...\``);
});

test("clients that go in the middle of their body leave nothing behind", async () => {
  const left = () => gateway.metric('interrupted_total{alias="",ending="client_disconnected"}');
  const before = Number.isNaN(await left()) ? 0 : await left();
  for (let turn = 0; turn < 5; turn += 1) {
    const socket = net.connect(gateway.port, "127.0.0.1");
    socket.on("error", () => {});
    await new Promise((resolve) => {
      socket.write(chat(GOOD_BODY, { "content-length": "1000" }), resolve);
    });
    socket.destroy();
  }
  await vi.waitFor(async () => expect(await left()).toBe(before + 5));
  expect(await gateway.inFlight()).toBe(0);
});

test("after all of them a good request is answered, and nothing printed or sent holds a stack trace", async () => {
  expect(await gateway.chat()).toMatchObject({ status: 200 });
  expect(answers.length).toBeGreaterThan(150);
  expect(running.output).toContain('"msg":"request rejected"');
  const everything = [...answers, running.output].join("\n");
  expect(
    everything.match(/\bat [\w.<>]+ ?\(.*|\bat file:.*|node:internal.*|node_modules.*|\.[jt]s:\d+/),
  ).toBe(null);
  expect(everything.match(/"level":"error".*/)).toBe(null);
});

test("no line printed holds a key, a backend's address or its model's name", () => {
  expect(running.output).not.toContain(MASTER_KEY);
  expect(running.output).not.toContain("sk-");
  expect(running.output).not.toContain(UPSTREAM);
  expect(running.output).not.toContain(new URL(backend.url).host);
});
