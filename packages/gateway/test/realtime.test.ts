import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { EXIT } from "@rollcall/runtime";
import { startProcess, type GatewayProcess } from "./gateway-process.ts";
import { BACKEND_KEY, gatewayFor, MASTER_KEY, MESSAGES, simulator, UPSTREAM } from "./harness.ts";
import { rawRequest, readAnswer, sendRaw } from "./raw.ts";
import { socketBackend } from "./socket-backend.ts";
import { connect, refusal, type SocketOptions } from "./socket-client.ts";

const PATH = "/v1/realtime?model=voice";
const NO_KEY = {};

describe("an app", () => {
  test("talks to a server of OpenAI's realtime API under the alias", async () => {
    const backend = await simulator({ kind: "localai" });
    const gateway = await gatewayFor({ voice: [backend] });
    const app = await connect(`${gateway.url}${PATH}`, {
      headers: { authorization: `Bearer ${MASTER_KEY}`, "x-request-id": "mine" },
    });
    expect(app.headers).toMatchObject({ "x-rollcall-deployment": "voice-1", "x-request-id": "mine" });
    expect(app.headers["sec-websocket-extensions"]).toBeUndefined();
    expect(await app.nextEvent()).toMatchObject({ type: "session.created", session: { model: "voice" } });
    app.send({ type: "session.update", session: { model: "voice", instructions: "Be brief." } });
    expect(await app.nextEvent()).toMatchObject({ type: "session.updated", session: { model: "voice" } });
    app.send({ type: "response.create" });
    let event = await app.nextEvent();
    while (event.type !== "response.done") event = await app.nextEvent();
    expect(event.response.usage).toMatchObject({ output_tokens: 12 });
    expect(backend.seen.last()).toMatchObject({ path: "/v1/realtime", apiKey: BACKEND_KEY });
    expect(backend.seen.last()?.headers).toMatchObject({ "x-request-id": "mine" });
    expect(await app.close(1000, "bye")).toEqual({ code: 1000, reason: "bye" });
  });

  test("talks to vLLM, which reads the model in the first message", async () => {
    const backend = await simulator({ tasks: ["realtime"] });
    const gateway = await gatewayFor({ voice: [backend] });
    const app = await connect(`${gateway.url}/v1/realtime`);
    // vLLM's client says nothing before it was greeted.
    expect(await app.nextEvent()).toMatchObject({
      type: "session.created",
      id: expect.stringMatching(/^sess-/) as string,
    });
    expect(backend.seen.count()).toBe(0);
    app.send({ type: "session.update", model: "voice" });
    app.send({ type: "input_audio_buffer.commit" });
    app.send({ type: "input_audio_buffer.append", audio: Buffer.alloc(3_200).toString("base64") });
    app.send({ type: "input_audio_buffer.commit", final: true });
    expect(await app.nextEvent()).toMatchObject({ type: "transcription.delta" });
    expect(await app.nextEvent()).toMatchObject({
      type: "transcription.done",
      usage: { completion_tokens: 1 },
    });
    expect(backend.seen.last()?.model).toBe(UPSTREAM);
    await app.close(1000);
  });

  test.each<[string, string]>([
    ["OpenAI's", "/v1/realtime?model=voice"],
    ["OpenAI's without the version", "/realtime?model=voice"],
    ["OpenAI's below a prefix", "/openai/v1/realtime?model=voice"],
    ["Azure's", "/openai/realtime?api-version=2026-01-01&deployment=voice"],
  ])("finds it under %s path, and the backend is asked by its own name", async (_whose, path) => {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend] });
    await connect(gateway.url + path);
    expect(backend.upgrades[0]?.url).toBe(`/v1/realtime?model=${encodeURIComponent(UPSTREAM)}`);
  });

  test("may say what it intends; nothing else of its query goes on", async () => {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend] });
    await connect(`${gateway.url}${PATH}&intent=transcription&api-key=sk-query&x=1`);
    expect(backend.upgrades[0]?.url).toBe(
      `/v1/realtime?model=${encodeURIComponent(UPSTREAM)}&intent=transcription`,
    );
  });

  test("is served over TLS, by the certificate that the config names", async () => {
    const backend = await simulator({ kind: "localai", tls: "self-signed" });
    const gateway = await gatewayFor(
      { voice: [backend] },
      { params: { ssl_verify: "ca.pem" }, files: { "ca.pem": backend.certificate ?? "" } },
    );
    const app = await connect(gateway.url + PATH);
    expect(await app.nextEvent()).toMatchObject({ type: "session.created" });
  });
});

describe("the key", () => {
  // No browser sends it so; the client of the tests would not either.
  const UGLY = { "sec-websocket-protocol": `a b,, openai-insecure-api-key.${MASTER_KEY}, a b` };
  const sub = (key: string): SocketOptions => ({
    headers: NO_KEY,
    protocols: ["realtime", `openai-insecure-api-key.${key}`, "openai-beta.realtime-v1"],
  });

  test.each<[string, SocketOptions]>([
    ["Authorization", { headers: { authorization: `Bearer ${MASTER_KEY}` } }],
    ["x-api-key", { headers: { "x-api-key": MASTER_KEY } }],
    ["api-key", { headers: { "api-key": MASTER_KEY } }],
    ["a sub-protocol", sub(MASTER_KEY)],
    ["a sub-protocol that is no token", { headers: { ...NO_KEY, ...UGLY } }],
    ["a header, whatever a sub-protocol says", { ...sub("sk-other"), headers: { "api-key": MASTER_KEY } }],
  ])("may come in %s", async (_where, options) => {
    const gateway = await gatewayFor({ voice: [await socketBackend()] });
    const app = await connect(gateway.url + PATH, options);
    expect(app.socket.readyState).toBe(app.socket.OPEN);
  });

  test.each<[string, SocketOptions, RegExp]>([
    ["no key", { headers: NO_KEY }, /No API key/],
    ["another key", { headers: { authorization: "Bearer sk-other" } }, /not valid/],
    ["another key in a sub-protocol", sub("sk-other"), /not valid/],
    [
      "an empty one in a sub-protocol",
      { headers: NO_KEY, protocols: ["realtime", "openai-insecure-api-key."] },
      /API key/,
    ],
    ["a sub-protocol without one", { headers: NO_KEY, protocols: ["realtime"] }, /No API key/],
  ])("is asked for: %s is a 401 in OpenAI's shape", async (_case, options, message) => {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend] });
    for (const path of [PATH, "/v1/realtime"]) {
      const { status, json, headers } = await refusal(gateway.url + path, options);
      expect(status).toBe(401);
      expect(json.error).toMatchObject({
        type: "invalid_request_error",
        code: "invalid_api_key",
        param: null,
      });
      expect(json.error.message).toMatch(message);
      expect(headers["x-request-id"]).toMatch(/^req-/);
    }
    expect(backend.upgrades).toHaveLength(0);
  });

  test("in a sub-protocol reaches neither the backend nor the log, and `realtime` alone is answered", async () => {
    const backend = await socketBackend();
    let log: GatewayProcess | undefined;
    const gateway = await gatewayFor(
      { voice: [backend] },
      {
        gateway: { access_log: true },
        start: async (options) => {
          const started = await startProcess(options);
          log = started.process;
          return started;
        },
      },
    );
    const app = await connect(gateway.url + PATH, sub(MASTER_KEY));
    expect(app.headers["sec-websocket-protocol"]).toBe("realtime");
    const [upgrade] = backend.upgrades;
    expect(upgrade?.headers["sec-websocket-protocol"]).toBeUndefined();
    expect(JSON.stringify(upgrade?.rawHeaders)).not.toContain(MASTER_KEY);
    expect(upgrade?.headers.authorization).toBe(`Bearer ${BACKEND_KEY}`);
    await app.close(1000);
    await refusal(gateway.url + PATH, sub("sk-wrong-one"));
    await vi.waitFor(() => expect(log?.lines.some(({ msg }) => msg === "request rejected")).toBe(true));
    await gateway.stop();
    await log?.closed;
    expect(log?.output).not.toContain(MASTER_KEY);
    expect(log?.output).not.toContain("sk-wrong-one");
    const lines = (log?.lines ?? []).filter(({ endpoint }) => endpoint === "realtime");
    expect(lines).toMatchObject([
      { msg: "request", alias: "voice", status: 101, ending: "complete", ms: expect.any(Number) as number },
      { msg: "request rejected", status: 401, error: "wrong_key" },
    ]);
  });

  test("of nobody: a gateway without one refuses the pages of other sites", async () => {
    const gateway = await gatewayFor(
      { voice: [await socketBackend()] },
      { settings: { general_settings: {} } },
    );
    await connect(gateway.url + PATH, { headers: NO_KEY });
    await connect(gateway.url + PATH, { headers: { origin: gateway.url } });
    for (const headers of [{ origin: "https://evil.example" }, { host: "evil.example" }]) {
      const { status, json } = await refusal(gateway.url + PATH, { headers });
      expect(status).toBe(403);
      expect(json.error.code).toBe("host_not_allowed");
    }
  });
});

describe("an upgrade is refused by a status", () => {
  test("404 for a model that the config does not have, 400 for an empty one", async () => {
    const gateway = await gatewayFor({ voice: [await socketBackend()] });
    const unknown = await refusal(`${gateway.url}/v1/realtime?model=other`);
    expect(unknown).toMatchObject({
      status: 404,
      json: { error: { code: "model_not_found", param: "model" } },
    });
    expect(await refusal(`${gateway.url}/v1/realtime?model=`)).toMatchObject({ status: 400 });
    expect(await gateway.metric('requests_total{endpoint="realtime",status="404"}')).toBe(1);
  });

  test("503 where no deployment is ready, with the reason", async () => {
    const gateway = await gatewayFor({ voice: [await socketBackend()] }, { says: { "voice-1": "loading" } });
    const { status, headers, json } = await refusal(gateway.url + PATH);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ "x-rollcall-reason": "loading", "retry-after": "5" });
    expect(json.error.code).toBe("model_not_ready");
  });

  test("429 where all are at max_parallel_requests; a session counts until it is closed", async () => {
    const gateway = await gatewayFor(
      { voice: [await socketBackend()] },
      { params: { max_parallel_requests: 1 } },
    );
    const app = await connect(gateway.url + PATH);
    expect(await gateway.inFlight()).toBe(1);
    expect(await refusal(gateway.url + PATH)).toMatchObject({ status: 429 });
    await app.close(1000);
    await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0));
    await connect(gateway.url + PATH);
  });

  test("502 where no backend can be reached, and 404 where it has no such API, which ejects nobody", async () => {
    const down = await simulator();
    await down.control.refuse();
    const without = await simulator();
    const gateway = await gatewayFor({ voice: [down], chat: [without] });
    expect(await refusal(gateway.url + PATH)).toMatchObject({
      status: 502,
      json: { error: { code: "upstream_error" } },
    });
    for (let time = 0; time < 6; time += 1) {
      const { status, json } = await refusal(`${gateway.url}/v1/realtime?model=chat`);
      expect(status).toBe(404);
      expect(json.error).toMatchObject({ code: "unsupported_endpoint" });
    }
    expect(await gateway.metric('ejected{deployment="chat-1"}')).toBeNaN();
    expect((await gateway.chat()).status).toBe(200);
  });

  test("400 where it is no handshake", async () => {
    const gateway = await gatewayFor({ voice: [await socketBackend()] });
    const headers = { connection: "Upgrade", upgrade: "websocket", authorization: `Bearer ${MASTER_KEY}` };
    const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
    for (const wrong of [
      {},
      { ...key, "sec-websocket-key": "short" },
      { ...key, "sec-websocket-version": "12" },
      { ...key, "content-length": "4" },
      { ...key, host: "a/b" },
    ]) {
      const answer = await sendRaw(
        gateway.port,
        rawRequest(`GET ${PATH} HTTP/1.1`, { ...headers, ...wrong }),
      );
      expect([wrong, answer.status]).toEqual([wrong, 400]);
    }
  });

  test("as a plain request on every other path: 404, 405, and 426 without one here", async () => {
    const gateway = await gatewayFor({ voice: [await socketBackend()] });
    expect(await refusal(`${gateway.url}/v1/nowhere`)).toMatchObject({ status: 404 });
    expect(await refusal(`${gateway.url}/v1/chat/completions`)).toMatchObject({ status: 405 });
    expect(await refusal(`${gateway.url}/v1/nowhere`, { headers: NO_KEY })).toMatchObject({ status: 401 });
    const plain = await gateway.ask(PATH);
    expect(plain).toMatchObject({ status: 426, headers: { upgrade: "websocket" } });
    expect(await gateway.ask(PATH, { body: {} })).toMatchObject({ status: 405, headers: { allow: "GET" } });
  });
});

test("a client that offers h2c with every request is answered in HTTP/1.1", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  const body = JSON.stringify({ model: "chat", messages: MESSAGES });
  const { status } = await sendRaw(
    gateway.port,
    rawRequest(
      "POST /v1/chat/completions HTTP/1.1",
      {
        connection: "Upgrade, HTTP2-Settings, close",
        upgrade: "h2c",
        "http2-settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        authorization: `Bearer ${MASTER_KEY}`,
        "content-length": String(body.length),
      },
      body,
    ),
  );
  expect(status).toBe(200);
});

test("an upgrade behind a request that runs does not break into its answer", async () => {
  const backend = await simulator({ firstTokenMs: 100 });
  const gateway = await gatewayFor({ chat: [backend], voice: [await socketBackend()] });
  const body = JSON.stringify({ model: "chat", messages: MESSAGES });
  const authorization = `Bearer ${MASTER_KEY}`;
  const chat = rawRequest(
    "POST /v1/chat/completions HTTP/1.1",
    { connection: "keep-alive", authorization, "content-length": String(body.length) },
    body,
  );
  const upgrade = rawRequest(`GET ${PATH} HTTP/1.1`, {
    connection: "Upgrade, close",
    upgrade: "websocket",
    authorization,
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
  });
  const { status, body: rest } = await sendRaw(gateway.port, Buffer.concat([chat, upgrade]));
  expect(status).toBe(200);
  const second = readAnswer(rest.slice(rest.indexOf("HTTP/1.1")));
  expect(second.status).toBe(426);
});

test("a refused upgrade holds nothing, though its client does not close", async () => {
  const gateway = await gatewayFor({ voice: [await socketBackend()] }, { gateway: { drain: "30s" } });
  const client = net.connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => {});
  client.write(
    rawRequest(`GET ${PATH} HTTP/1.1`, {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-version": "13",
    }),
  );
  client.resume();
  await once(client, "end");
  expect(await gateway.stop()).toBe(EXIT.ok);
  client.destroy();
});

describe("names", () => {
  /** An app and a backend that face each other through the gateway. */
  async function pair() {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend], other: [backend] });
    const app = await connect(gateway.url + PATH);
    return { app, backend, gateway };
  }

  async function sent(text: string): Promise<string> {
    const { app, backend } = await pair();
    app.send(text);
    await vi.waitFor(() => expect(backend.received.length).toBe(1));
    return String(backend.received[0]?.data);
  }

  test.each<[string, string, string]>([
    [
      "at the top, as vLLM reads it",
      '{"type":"session.update", "model":"voice"}',
      `{"type":"session.update", "model":"${UPSTREAM}"}`,
    ],
    [
      "in the session",
      '{"session":{"model":"voice","x":[1]},"type":"session.update"}',
      `{"session":{"model":"${UPSTREAM}","x":[1]},"type":"session.update"}`,
    ],
    [
      "spelled by escapes",
      String.raw`{"\u0074ype":"session\u002eupdate","mod\u0065l":"v\u006fice"}`,
      `{"\\u0074ype":"session\\u002eupdate","mod\\u0065l":"${UPSTREAM}"}`,
    ],
    [
      "twice",
      '{"type":"session.update","model":"voice","model":"voice"}',
      `{"type":"session.update","model":"${UPSTREAM}","model":"${UPSTREAM}"}`,
    ],
  ])("are replaced in session.update %s", async (_where, text, expected) => {
    expect(await sent(text)).toBe(expected);
  });

  test.each<[string, string]>([
    [
      "deeper in the session",
      '{"type":"session.update","session":{"audio":{"input":{"transcription":{"model":"voice"}}}}}',
    ],
    ["in other events", '{"type":"response.create","model":"voice","session":{"model":"voice"}}'],
    ["in what is no event", '["session.update",{"model":"voice"}]'],
    ["in what is no JSON", '{"type":"session.update","model":"voice"'],
    ["where they are no text", '{"type":"session.update","model":null,"session":{"model":3}}'],
  ])("stay as they are %s", async (_where, text) => {
    expect(await sent(text)).toBe(text);
  });

  test.each<[string, string, string]>([
    ["which the config does not have", "nobody", "does not exist"],
    ["of another alias", "other", "open another connection"],
    ["of a backend", UPSTREAM, "does not exist"],
  ])("%s are refused in a session that has begun, which goes on", async (_case, model, message) => {
    const { app, backend } = await pair();
    app.send({ type: "session.update", model });
    const { type, error } = await app.nextEvent();
    expect(type).toBe("error");
    expect(error).toMatchObject({
      type: "invalid_request_error",
      param: "model",
      message: expect.stringContaining(message) as string,
    });
    app.send("after");
    await vi.waitFor(() => expect(String(backend.received[0]?.data)).toBe("after"));
  });

  test.each<[string, object, object]>([
    [
      "the session's",
      { type: "session.created", session: { id: "s", model: UPSTREAM, instructions: UPSTREAM } },
      { type: "session.created", session: { id: "s", model: "voice", instructions: UPSTREAM } },
    ],
    [
      "none other",
      { type: "response.done", response: { model: UPSTREAM }, model: UPSTREAM },
      { type: "response.done", response: { model: UPSTREAM }, model: UPSTREAM },
    ],
    [
      "those in vLLM's errors, which get OpenAI's shape",
      {
        type: "error",
        error: `The model \`${UPSTREAM}\` at http://10.0.0.7:8000 does not exist`,
        code: "processing_error",
      },
      {
        type: "error",
        error: {
          message: "The model `voice` at [address] does not exist",
          type: "server_error",
          param: null,
          code: "processing_error",
        },
      },
    ],
    [
      "those in OpenAI's errors",
      {
        type: "error",
        event_id: "e",
        error: { type: "t", code: "c", message: `no ${UPSTREAM}`, param: "p" },
      },
      { type: "error", event_id: "e", error: { type: "t", code: "c", message: "no voice", param: "p" } },
    ],
  ])("of a backend are replaced by the alias: %s", async (_which, event, expected) => {
    const { app, backend } = await pair();
    backend.socket.send(JSON.stringify(event));
    expect(await app.nextEvent()).toEqual(expected);
  });

  test("an error without a name comes byte by byte as it was", async () => {
    const { app, backend } = await pair();
    const text = '{ "type":"error",  "error":{"message":"no","type":"t"} }';
    backend.socket.send(text);
    expect(await app.next()).toBe(text);
  });
});

describe("without a model in the query", () => {
  async function waiting() {
    const backend = await socketBackend({
      talk: (socket) => socket.send('{"type":"session.created","id":"sess-1"}'),
    });
    const gateway = await gatewayFor({ voice: [backend] });
    const app = await connect(`${gateway.url}/v1/realtime`);
    expect(await app.nextEvent()).toMatchObject({ type: "session.created" });
    return { app, backend, gateway };
  }

  test("what came before and behind it reaches the backend in its order, and the app is greeted once", async () => {
    const { app, backend } = await waiting();
    const bytes = randomBytes(100);
    app.send("first");
    app.send(bytes);
    app.send({ type: "session.update", model: "voice" });
    app.send("last");
    await vi.waitFor(() => expect(backend.received.length).toBe(4));
    expect(backend.received.map(({ data, isBinary }) => (isBinary ? data : String(data)))).toEqual([
      "first",
      bytes,
      JSON.stringify({ type: "session.update", model: UPSTREAM }),
      "last",
    ]);
    backend.socket.send("answer");
    expect(await app.next()).toBe("answer");
  });

  test.each<[string, object | Buffer, string, number]>([
    [
      "one that the config does not have",
      { type: "session.update", model: "nobody" },
      "model_not_found",
      1008,
    ],
    ["none in the first session.update", { type: "session.update", session: {} }, "", 1008],
    ["none in a megabyte", Buffer.alloc(1_048_577), "", 1008],
  ])("%s ends it by an event and a code", async (_case, message, ...[errorCode, code]) => {
    const { app, backend } = await waiting();
    app.send(message);
    const event = await app.nextEvent();
    expect(event).toMatchObject({ type: "error", error: { type: "invalid_request_error", param: "model" } });
    expect(event.error.code ?? "").toBe(errorCode);
    expect(await app.closed).toMatchObject({ code });
    expect(backend.upgrades).toHaveLength(0);
  });

  test("a model that is not ready is told by an event, and to try again later by the code", async () => {
    const { app, gateway } = await waiting();
    await gateway.tell({ "voice-1": "loading" });
    app.send({ type: "session.update", model: "voice" });
    expect(await app.nextEvent()).toMatchObject({ type: "error", error: { code: "model_not_ready" } });
    expect(await app.closed).toMatchObject({ code: 1013 });
    expect(await gateway.metric('requests_total{alias="voice",endpoint="realtime",status="503"}')).toBe(1);
  });

  test("an app that leaves before is counted as one that left", async () => {
    const { app, gateway } = await waiting();
    app.socket.terminate();
    await vi.waitFor(async () =>
      expect(
        await gateway.metric('interrupted_total{endpoint="realtime",ending="client_disconnected"}'),
      ).toBe(1),
    );
  });
});

describe("an attempt", () => {
  test("goes to another deployment where the first cannot be reached, drops it or refuses it", async () => {
    const refused = await simulator();
    await refused.control.refuse();
    const dropping = await socketBackend({ refuse: (socket) => socket.destroy() });
    const failing = await socketBackend({
      refuse: (socket) => socket.end("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops"),
    });
    const good = await socketBackend();
    for (const bad of [refused, dropping, failing]) {
      const gateway = await gatewayFor({ voice: [bad, good] });
      const app = await connect(gateway.url + PATH);
      expect(app.headers).toMatchObject({ "x-rollcall-deployment": "voice-2", "x-rollcall-attempts": "2" });
      expect(await gateway.metric('attempt_failures_total{deployment="voice-1"}')).toBe(1);
    }
  });

  test("goes to the fallback of the alias", async () => {
    const down = await simulator();
    await down.control.refuse();
    const good = await socketBackend();
    const gateway = await gatewayFor(
      { voice: [down], spare: [good] },
      {
        settings: {
          litellm_settings: { num_retries: 0 },
          router_settings: { fallbacks: [{ voice: ["spare"] }] },
          general_settings: { master_key: MASTER_KEY },
        },
      },
    );
    const app = await connect(gateway.url + PATH);
    expect(app.headers).toMatchObject({ "x-rollcall-deployment": "spare-1" });
  });

  test("is not made again once the app was let in", async () => {
    const [first, second] = [await socketBackend(), await socketBackend()];
    const gateway = await gatewayFor({ voice: [first, second] });
    const app = await connect(gateway.url + PATH);
    first.socket.terminate();
    await app.closed;
    expect(second.upgrades).toHaveLength(0);
  });
});

describe("closing", () => {
  async function pair(says: { gateway?: object } = {}) {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend] }, says);
    const app = await connect(gateway.url + PATH);
    return { app, backend, gateway };
  }

  test.each<[string, number | undefined, string, number]>([
    ["a normal end", 1000, "bye", 1000],
    ["no code", undefined, "", 1005],
    ["a code of the app's own", 4321, "mine", 4321],
    ["a library's code", 3000, "", 3000],
    ["going away", 1001, "", 1001],
  ])("by the app goes on: %s", async (_case, code, ...[reason, expected]) => {
    const { app, backend } = await pair();
    await app.close(code, reason);
    await vi.waitFor(() => expect(backend.closes).toEqual([{ code: expected, reason }]));
  });

  test.each<[string, number | undefined, string, number, string]>([
    ["a normal end", 1000, "bye", 1000, "complete"],
    ["no code", undefined, "", 1005, "complete"],
    ["a code of its own", 4000, "session_expired", 4000, "complete"],
    ["a policy", 1008, `no ${UPSTREAM}`, 1008, "complete"],
    ["a restart", 1012, "", 1012, "upstream_aborted"],
    ["its own fault", 1011, "", 1011, "upstream_aborted"],
  ])("by the backend goes on: %s", async (_case, code, ...[reason, expected, ending]) => {
    const { app, backend, gateway } = await pair();
    backend.socket.close(code, reason);
    expect(await app.closed).toEqual({ code: expected, reason: reason.replace(UPSTREAM, "voice") });
    const interrupted = await gateway.metric('interrupted_total{endpoint="realtime"}');
    expect(interrupted || 0).toBe(ending === "complete" ? 0 : 1);
  });

  test("an app that vanishes frees the backend", async () => {
    const { app, backend, gateway } = await pair();
    app.socket.terminate();
    await vi.waitFor(() => expect(backend.closes).toEqual([{ code: 1001, reason: "" }]));
    expect(await gateway.metric('interrupted_total{endpoint="realtime",ending="client_disconnected"}')).toBe(
      1,
    );
    expect(await gateway.inFlight()).toBe(0);
  });

  test("a backend that dies is told by an event, then 1011", async () => {
    const { app, backend, gateway } = await pair();
    backend.socket.terminate();
    expect(await app.nextEvent()).toMatchObject({
      type: "error",
      error: {
        type: "server_error",
        code: "upstream_cut",
        message: expect.stringContaining("`voice`") as string,
      },
    });
    expect(await app.closed).toEqual({ code: 1011, reason: "upstream_cut" });
    expect(await gateway.metric('interrupted_total{endpoint="realtime",ending="upstream_aborted"}')).toBe(1);
  });

  test("a vLLM that is told to stop closes by 1012, and so does the gateway", async () => {
    const backend = await simulator({ tasks: ["realtime"] });
    const gateway = await gatewayFor({ voice: [backend] });
    const app = await connect(gateway.url + PATH);
    await app.nextEvent();
    void backend.control.terminate();
    expect(await app.closed).toMatchObject({ code: 1012 });
  });

  test("a message above max_body closes by 1009", async () => {
    const { app } = await pair({ gateway: { max_body: "1KiB" } });
    app.send("x".repeat(2_000));
    expect(await app.closed).toMatchObject({ code: 1009 });
  });

  test("a gateway that stops closes by 1012 between two answers, and ends cleanly", async () => {
    const { app, backend, gateway } = await pair({ gateway: { drain: "30s" } });
    const answering = setInterval(() => backend.socket.send("delta"), 50);
    const stopping = gateway.stop();
    for (let deltas = 0; deltas < 30; deltas += 1) expect(await app.next()).toBe("delta");
    expect(app.socket.readyState).toBe(app.socket.OPEN);
    clearInterval(answering);
    expect(await app.closed).toEqual({ code: 1012, reason: "service restart" });
    expect(await stopping).toBe(EXIT.ok);
    expect(backend.closes).toEqual([{ code: 1001, reason: "" }]);
  });

  test("a gateway whose time is over closes in the middle of an answer, and cuts who does not close", async () => {
    const { app, backend, gateway } = await pair({ gateway: { drain: "100ms" } });
    const silent = net.connect(gateway.port, "127.0.0.1");
    silent.write(
      rawRequest(`GET ${PATH} HTTP/1.1`, {
        connection: "Upgrade",
        upgrade: "websocket",
        authorization: `Bearer ${MASTER_KEY}`,
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
      }),
    );
    await once(silent, "data");
    silent.on("error", () => {});
    const cut = once(silent, "close");
    const answering = setInterval(() => backend.socket.send("delta"), 20);
    const stopping = gateway.stop();
    expect(await app.closed).toMatchObject({ code: 1012 });
    expect(await stopping).toBe(EXIT.unclean);
    clearInterval(answering);
    await cut;
  });
});

describe("messages", () => {
  async function pair() {
    const backend = await socketBackend();
    const gateway = await gatewayFor({ voice: [backend] });
    const app = await connect(gateway.url + PATH);
    return { app, backend, gateway };
  }

  test("of five megabytes pass both ways, text and bytes", async () => {
    const { app, backend } = await pair();
    const audio = randomBytes(4 * 1024 * 1024).toString("base64");
    const text = JSON.stringify({ type: "input_audio_buffer.append", audio });
    app.send(text);
    app.send(Buffer.from(audio, "base64"));
    await vi.waitFor(() => expect(backend.received.length).toBe(2), 10_000);
    expect(String(backend.received[0]?.data) === text).toBe(true);
    expect(backend.received[1]?.data.equals(Buffer.from(audio, "base64"))).toBe(true);
    backend.socket.send(text);
    expect((await app.next()) === text).toBe(true);
  });

  test("in fragments arrive whole", async () => {
    const { app, backend } = await pair();
    app.socket.send('{"type":"session', { fin: false });
    app.socket.send('.update","model":"vo', { fin: false });
    app.socket.send('ice"}', { fin: true });
    await vi.waitFor(() => expect(backend.received.length).toBe(1));
    expect(String(backend.received[0]?.data)).toBe(`{"type":"session.update","model":"${UPSTREAM}"}`);
  });

  test("pings are answered on each side", async () => {
    const { app, backend } = await pair();
    for (const socket of [app.socket, backend.socket]) {
      socket.ping("are you there");
      const [data] = (await once(socket, "pong")) as [Buffer];
      expect(data.toString()).toBe("are you there");
    }
  });

  test("wait at the backend while the app does not read, and then come all", async () => {
    const { app, backend } = await pair();
    const piece = Buffer.alloc(1024 * 1024, 7);
    const count = 64;
    app.socket.pause();
    for (let index = 0; index < count; index += 1) backend.socket.send(piece);
    await settled(() => backend.socket.bufferedAmount);
    // What is not at the backend is in the gateway or in the system's buffers.
    expect(backend.socket.bufferedAmount).toBeGreaterThan((count - 24) * piece.length);
    app.socket.resume();
    for (let index = 0; index < count; index += 1) expect((await app.next()).length).toBe(piece.length);
  });

  test("whatever they are, are the same on the other side but for the name", async () => {
    const { app, backend } = await pair();
    const json = fc.jsonValue().map((value) => JSON.stringify(value));
    const update = fc
      .tuple(fc.jsonValue(), fc.jsonValue())
      .map(([a, b]) => ({ type: "session.update", a, model: "voice", session: { b, model: "voice" } }));
    const message = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
      json,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      update.map((event) => JSON.stringify(event)),
      json.map((value) => `{"type":"response.create","response":${value}}`),
    );
    const rename = (sent: string | Buffer) =>
      typeof sent === "string" && sent.startsWith('{"type":"session.update"')
        ? JSON.stringify({
            ...JSON.parse(sent),
            model: UPSTREAM,
            session: { ...JSON.parse(sent).session, model: UPSTREAM },
          })
        : sent;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
        const before = backend.received.length;
        for (const one of messages) app.send(one);
        await vi.waitFor(() => expect(backend.received.length).toBe(before + messages.length), {
          interval: 1,
        });
        const arrived = backend.received
          .slice(before)
          .map(({ data, isBinary }) => (isBinary ? data : String(data)));
        expect(arrived).toEqual(messages.map(rename));
        for (const one of messages) backend.socket.send(one);
        for (const one of messages) {
          const expected =
            typeof one === "string" && one.startsWith('{"type":"session.update"')
              ? one.replace(/"model":"voice"\}\}$/, '"model":"voice"}}')
              : one;
          expect(await app.next()).toEqual(expected);
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** Waits until a number stays the same. */
async function settled(read: () => number): Promise<void> {
  let last = -1;
  await vi.waitFor(
    () => {
      const now = read();
      const isSame = now === last;
      last = now;
      expect(isSame).toBe(true);
    },
    { interval: 200, timeout: 10_000 },
  );
}
