import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Served } from "@rollcall/contract";
import {
  BACKEND_KEY,
  gatewayFor,
  MASTER_KEY,
  MESSAGES,
  simulator,
  UPSTREAM,
  type Place,
  type Said,
} from "./harness.ts";

const PATH = "/utils/token_counter";

interface Seen {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/** A server that answers each POST as the test says. */
async function tokenizer(
  answer: (seen: Seen, response: ServerResponse) => void,
): Promise<Place & { readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const one = {
        path: request.url,
        headers: request.headers,
        body: JSON.parse(Buffer.concat(parts).toString()) as unknown,
      };
      seen.push(one);
      answer(one, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

const json = (response: ServerResponse, value: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

/** What the prober found out of these servers. */
function areKind(kind: Served["kind"], ...ids: readonly string[]): Readonly<Record<string, Said>> {
  const served: Served = { kind, version: null, root: null, parent: null, maxModelLen: null };
  return Object.fromEntries(ids.map((id) => [id, { reason: "ok", served }]));
}

const isKind = (kind: Served["kind"]) => areKind(kind, "chat-1");

test("a vLLM counts, by its own name and key", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] }, { says: isKind("vllm") });
  const answer = await gateway.ask(PATH, { body: { model: "chat", messages: MESSAGES } });
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({
    total_tokens: expect.any(Number) as number,
    request_model: "chat",
    model_used: "chat",
    tokenizer_type: "backend_tokenizer",
  });
  expect(answer.json().total_tokens).toBeGreaterThan(0);
  expect(answer.headers["x-request-id"]).toMatch(/^req-/);
  expect(answer.text).not.toContain(UPSTREAM);
  const seen = backend.seen.last();
  expect([seen?.path, seen?.model]).toEqual(["/tokenize", UPSTREAM]);
  expect(seen?.headers["authorization"]).toBe(`Bearer ${BACKEND_KEY}`);
  expect(JSON.stringify(seen?.headers)).not.toContain(MASTER_KEY);
});

test("a llama.cpp is asked twice for a chat", async () => {
  const backend = await tokenizer(({ path }, response) =>
    json(response, path === "/apply-template" ? { prompt: "<s>Hi" } : { tokens: [1, 2, 3] }),
  );
  const gateway = await gatewayFor({ chat: [backend] }, { says: isKind("llamacpp") });
  const answer = await gateway.ask(PATH, { body: { model: "chat", messages: MESSAGES } });
  expect(answer.json()).toMatchObject({ total_tokens: 3, tokenizer_type: "backend_tokenizer" });
  expect(backend.seen.map(({ path, body }) => [path, body])).toEqual([
    ["/apply-template", { messages: MESSAGES }],
    ["/tokenize", { content: "<s>Hi", add_special: true, parse_special: true }],
  ]);
});

test("where one server fails, the next one is asked", async () => {
  const broken = await tokenizer((_seen, response) => json(response, { detail: "Not Found" }, 404));
  const gateway = await gatewayFor(
    { chat: [broken, await simulator()] },
    { says: areKind("vllm", "chat-1", "chat-2") },
  );
  const answer = await gateway.ask(PATH, { body: { model: "chat", prompt: "Say something." } });
  expect(answer.json()).toMatchObject({ tokenizer_type: "backend_tokenizer" });
  // It is no evidence against that one.
  expect((await gateway.ask("/readyz?verbose")).text).toContain("chat: 2 ready\n");
});

test.each<[string, Readonly<Record<string, Said>>, (response: ServerResponse) => unknown]>([
  ["is of a kind that has no tokenizer to ask", isKind("ollama"), (response) => response.destroy()],
  ["is of no known kind", {}, (response) => response.destroy()],
  ["is not ready", { "chat-1": "loading" }, (response) => response.destroy()],
  ["has no such route", isKind("vllm"), (response) => json(response, { detail: "Not Found" }, 404)],
  ["answers what is no count", isKind("vllm"), (response) => json(response, { count: "many" })],
  ["answers no JSON", isKind("vllm"), (response) => response.end("<html>")],
  ["breaks off", isKind("vllm"), (response) => response.destroy()],
])("an estimate is marked as such where the server %s", async (_case, says, play) => {
  const backend = await tokenizer((_seen, response) => void play(response));
  const gateway = await gatewayFor({ chat: [backend] }, { says });
  const answer = await gateway.ask(PATH, { body: { model: "chat", prompt: "12345678" } });
  expect([answer.status, answer.json()]).toEqual([
    200,
    { total_tokens: 2, request_model: "chat", model_used: "chat", tokenizer_type: "estimate" },
  ]);
});

test("a server that does not answer in time is not waited for any longer", { timeout: 15_000 }, async () => {
  const backend = await tokenizer(() => {});
  const gateway = await gatewayFor({ chat: [backend] }, { says: isKind("vllm") });
  const answer = await gateway.ask(PATH, { body: { model: "chat", prompt: "12345678" } });
  expect(answer.json()).toMatchObject({ total_tokens: 2, tokenizer_type: "estimate" });
});

test.each<[string, object | string, object, number, RegExp]>([
  ["no JSON", "{", {}, 400, /not a JSON object/],
  ["no model", { prompt: "x" }, {}, 400, /`model` must be a non-empty string: found nothing/],
  ["an unknown model", { model: "chatt", prompt: "x" }, {}, 404, /Did you mean `chat`/],
  [
    "nothing to count",
    { model: "chat" },
    {},
    400,
    /`messages` must be a list of messages, or `prompt` a text: found nothing/,
  ],
  ["a compressed body", { model: "chat", prompt: "x" }, { "content-encoding": "gzip" }, 415, /gzip/],
  ["no key", { model: "chat", prompt: "x" }, { authorization: "" }, 401, /No API key/],
  ["a body that is too large", { model: "chat", prompt: "x".repeat(5_000) }, {}, 413, /limit of 4096/],
])("%s is refused", async (_case, body, ...[headers, status, message]) => {
  const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { max_body: "4KiB" } });
  const answer = await gateway.ask(PATH, { body, headers: headers as Record<string, string> });
  expect(answer.status).toBe(status);
  expect(answer.json().error.message).toMatch(message);
  expect(await gateway.metric("request_body_bytes")).toBe(0);
});
