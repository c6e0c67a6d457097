import { AuthenticationError, BadRequestError, InternalServerError, NotFoundError } from "openai";
import { describe, expect, test } from "vitest";
import { BACKEND_KEY, collect, gatewayFor, MASTER_KEY, MESSAGES, simulator, UPSTREAM } from "./harness.ts";

const CHAT = "/v1/chat/completions";

describe.each(["/v1", ""])("with a base URL that ends in %j", (prefix) => {
  test("a chat is answered under the alias, with its usage", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const client = gateway.client({ baseURL: gateway.url + prefix });
    const chat = await client.chat.completions.create({ model: "chat", messages: MESSAGES, max_tokens: 5 });
    expect(chat.model).toBe("chat");
    expect(chat.choices[0]?.message.content?.split(" ")).toHaveLength(5);
    expect(chat.usage).toMatchObject({ completion_tokens: 5, prompt_tokens: 6, total_tokens: 11 });
    expect(backend.seen.last()).toMatchObject({ path: CHAT, model: UPSTREAM });
  });

  test("a stream says the same as the chat, every event under the alias", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const client = gateway.client({ baseURL: gateway.url + prefix });
    const whole = await client.chat.completions.create({ model: "chat", messages: MESSAGES });
    const stream = await client.chat.completions.create({ model: "chat", messages: MESSAGES, stream: true });
    const chunks = await collect(stream);
    expect(chunks.map(({ model }) => model)).toEqual(chunks.map(() => "chat"));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(
      whole.choices[0]?.message.content,
    );
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });

  test("completions, whole and streamed", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const client = gateway.client({ baseURL: gateway.url + prefix });
    const whole = await client.completions.create({ model: "chat", prompt: "Say" });
    const stream = await client.completions.create({ model: "chat", prompt: "Say", stream: true });
    const chunks = await collect(stream);
    expect([whole.model, ...new Set(chunks.map(({ model }) => model))]).toEqual(["chat", "chat"]);
    expect(chunks.map(({ choices }) => choices[0]?.text ?? "").join("")).toBe(whole.choices[0]?.text);
  });

  test("embeddings, as numbers and as the client asks for them by itself", async () => {
    const gateway = await gatewayFor({ embed: [await simulator({ tasks: ["embed"] })] });
    const client = gateway.client({ baseURL: gateway.url + prefix });
    const asked = await client.embeddings.create({ model: "embed", input: ["one", "two"] });
    const plain = await client.embeddings.create({
      model: "embed",
      input: ["one", "two"],
      encoding_format: "float",
    });
    expect(asked.model).toBe("embed");
    expect(asked.data).toHaveLength(2);
    expect(asked.data[1]?.embedding).toHaveLength(16);
    expect(asked.data[1]?.embedding[0]).toBeCloseTo(plain.data[1]?.embedding[0] ?? Number.NaN, 5);
  });

  test("models are those of the config, whether they are ready or not", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor(
      { chat: [backend], "org/other": [backend] },
      {
        says: { "chat-1": "down" },
        settings: {
          general_settings: { master_key: MASTER_KEY },
          router_settings: {
            model_group_alias: { "gpt-4": "chat", secret: { model: "chat", hidden: true } },
          },
        },
      },
    );
    const client = gateway.client({ baseURL: gateway.url + prefix });
    const models = await collect(client.models.list());
    expect(models.map(({ id }) => id)).toEqual(["chat", "org/other", "gpt-4"]);
    expect(models[0]).toEqual({
      id: "chat",
      object: "model",
      created: expect.any(Number) as number,
      owned_by: "rollcall",
    });
    for (const id of ["chat", "org/other", "gpt-4", "secret"]) {
      expect((await client.models.retrieve(id)).id).toBe(id);
    }
    const missing = await client.models.retrieve("gpt-5").catch((fault: unknown) => fault);
    expect(missing).toBeInstanceOf(NotFoundError);
    expect(missing).toMatchObject({ code: "model_not_found", param: "model" });
  });
});

describe("streams", () => {
  test("pass on the usage where the app asks for it, and none where it does not", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const asked = { model: "chat", messages: MESSAGES, stream: true as const };
    const client = gateway.client();
    const without = await collect(await client.chat.completions.create(asked));
    const stream = await client.chat.completions.create({
      ...asked,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(without.some(({ usage }) => usage !== undefined)).toBe(false);
    expect(chunks.at(-1)).toMatchObject({ choices: [], model: "chat", usage: { completion_tokens: 12 } });
  });

  test("are byte for byte what the backend sent but for the name, to the [DONE]", async () => {
    const backend = await simulator({ now: () => 1_700_000_000_000 });
    const gateway = await gatewayFor({ chat: [backend] });
    const body = { messages: MESSAGES, stream: true };
    const headers = { "x-request-id": "id-1" };
    const through = await gateway.ask(CHAT, { body: { model: "chat", ...body }, headers });
    const direct = await fetch(backend.url + CHAT, {
      method: "POST",
      headers: { authorization: `Bearer ${BACKEND_KEY}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: UPSTREAM, ...body }),
    });
    const text = await direct.text();
    expect(text.split(JSON.stringify(UPSTREAM))).toHaveLength(15);
    expect(through.text).toBe(text.replaceAll(JSON.stringify(UPSTREAM), '"chat"'));
    expect(through.text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(through.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  });
});

test("the alias that is asked for is the one that comes back, a group's too", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    {
      settings: {
        general_settings: { master_key: MASTER_KEY },
        router_settings: { model_group_alias: { "gpt-4": "chat" } },
      },
    },
  );
  const chat = await gateway.client().chat.completions.create({ model: "gpt-4", messages: MESSAGES });
  expect(chat.model).toBe("gpt-4");
});

test("a body goes on byte for byte but for the model: fields nobody knows, order and spaces", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] });
  const body = `{ "vllm_xargs" : {"model":"chat", "b":[1.0, 2e3]},\n"model":"chat","messages":${JSON.stringify(MESSAGES)} , "n": 1}`;
  expect((await gateway.ask(CHAT, { body })).status).toBe(200);
  const sent = body.replace('"model":"chat","messages"', `"model":"${UPSTREAM}","messages"`);
  expect(backend.seen.last()?.body).toEqual(JSON.parse(sent));
  expect(backend.seen.last()?.headers["content-length"]).toBe(String(sent.length));
});

test("a model that has its alias for its name goes on as it came", async () => {
  const backend = await simulator({ servedNames: ["chat"] });
  const gateway = await gatewayFor({ chat: [backend] }, { params: { model: "openai/chat" } });
  expect((await gateway.chat()).json()).toMatchObject({ model: "chat" });
  expect(backend.seen.last()?.model).toBe("chat");
});

describe("request ids", () => {
  test("that an app sends go to the backend and come back", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const { headers } = await gateway.chat({}, { "x-request-id": "app-1.2:3_4" });
    expect(headers["x-request-id"]).toBe("app-1.2:3_4");
    expect(backend.seen.last()?.headers["x-request-id"]).toBe("app-1.2:3_4");
  });

  test.each([
    ["with spaces", "a b"],
    ["with quotes", 'a"b'],
    ["too long", "x".repeat(129)],
    ["none at all", ""],
  ])("%s are replaced by one of ours", async (_case, sent) => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const { headers } = await gateway.chat({}, { "x-request-id": sent });
    expect(headers["x-request-id"]).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(backend.seen.last()?.headers["x-request-id"]).toBe(headers["x-request-id"]);
  });

  test("stand on every answer, and the client finds them", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const asked = gateway.client().chat.completions.create({ model: "chat", messages: MESSAGES });
    expect((await asked.withResponse()).request_id).toMatch(/^req-/);
    for (const route of ["/v1/models", "/v1/models/chat", "/v1/models/gpt-5", "/nowhere"]) {
      expect((await gateway.ask(route)).headers["x-request-id"]).toMatch(/^req-/);
    }
  });
});

describe("keys", () => {
  test.each([
    ["a bearer", { authorization: `Bearer ${MASTER_KEY}` }],
    ["x-api-key", { authorization: "", "x-api-key": MASTER_KEY }],
    ["api-key", { authorization: "", "api-key": MASTER_KEY }],
  ])("%s opens the gateway", async (_case, headers) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    expect((await gateway.chat({}, headers)).status).toBe(200);
    expect((await gateway.ask("/v1/models", { headers })).status).toBe(200);
  });

  test("a wrong one and a missing one are told apart, and the client knows the error", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const ask = (headers: Record<string, string | null>) =>
      gateway
        .client({ defaultHeaders: headers })
        .chat.completions.create({ model: "chat", messages: MESSAGES })
        .catch((fault: unknown) => fault);
    const wrong = await ask({ authorization: "Bearer sk-wrong" });
    const missing = await ask({ authorization: null });
    for (const fault of [wrong, missing]) {
      expect(fault).toBeInstanceOf(AuthenticationError);
      expect(fault).toMatchObject({ code: "invalid_api_key", type: "invalid_request_error" });
    }
    expect(String(wrong)).toMatch(/not valid/);
    expect(String(missing)).toMatch(/No API key/);
    expect(backend.seen.count()).toBe(0);
  });

  test("without a master key everybody on this machine is let in, whatever they send", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { settings: { general_settings: {} } });
    for (const authorization of ["", "Bearer anything"]) {
      expect((await gateway.chat({}, { authorization })).status).toBe(200);
    }
  });

  test("probes and metrics need none", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    for (const route of ["/livez", "/readyz", "/readyz?verbose", "/metrics"]) {
      expect((await gateway.ask(route, { headers: { authorization: "" } })).status).toBe(200);
    }
  });
});

describe("what a backend gets", () => {
  test("is its own key and name and the config's headers, and nothing of the app's but what it needs", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor(
      { chat: [backend] },
      { params: { extra_headers: { "X-Team": "blue", "x-secret": "s3cret" } } },
    );
    const { status } = await gateway.chat(
      {},
      {
        accept: "application/json",
        cookie: "session=1",
        "x-api-key": MASTER_KEY,
        "x-forwarded-for": "10.0.0.1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "x-session-id": "s1",
        "accept-encoding": "gzip",
        "x-stainless-lang": "js",
        "x-odd": "odd",
      },
    );
    const seen = backend.seen.last();
    expect(status).toBe(200);
    expect(seen?.apiKey).toBe(BACKEND_KEY);
    expect(seen?.model).toBe(UPSTREAM);
    expect(Object.keys(seen?.headers ?? {}).toSorted()).toEqual([
      "accept",
      "accept-encoding",
      "authorization",
      "content-length",
      "content-type",
      "host",
      "traceparent",
      "x-request-id",
      "x-secret",
      "x-session-id",
      "x-team",
    ]);
    expect(seen?.headers["host"]).toBe(new URL(backend.url).host);
    expect(seen?.headers["accept-encoding"]).toBe("identity");
    expect(seen?.headers).toMatchObject({ "x-team": "blue", "x-secret": "s3cret" });
    expect(JSON.stringify(seen)).not.toContain(MASTER_KEY);
  });

  test("is no key where the config has none for it", async () => {
    const backend = await simulator({ apiKeys: [] });
    const gateway = await gatewayFor({ chat: [backend] }, { params: { api_key: "" } });
    expect((await gateway.chat()).status).toBe(200);
    expect(backend.seen.last()?.headers["authorization"]).toBe(undefined);
  });
});

test("what an app gets has no header of the backend's, and names the deployment by its id alone", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] });
  for (const stream of [false, true]) {
    const { headers, text } = await gateway.chat({ stream });
    expect(Object.keys(headers).toSorted()).toEqual(
      [
        "connection",
        "content-type",
        "date",
        "keep-alive",
        ...(stream ? ["transfer-encoding", "cache-control", "x-accel-buffering"] : ["content-length"]),
        "x-litellm-attempted-fallbacks",
        "x-litellm-attempted-retries",
        "x-litellm-call-id",
        "x-litellm-model-id",
        "x-litellm-version",
        "x-request-id",
        "x-rollcall-deployment",
      ].toSorted(),
    );
    expect(headers["x-rollcall-deployment"]).toBe("chat-1");
    expect(JSON.stringify(headers) + text).not.toContain(UPSTREAM);
    expect(JSON.stringify(headers) + text).not.toContain(String(backend.port));
  }
});

describe("the client's own kinds of error", () => {
  test.each<[string, object, string, new (...parts: never[]) => Error, object]>([
    ["an unknown model", { model: "gpt-5" }, "ok", NotFoundError, { code: "model_not_found" }],
    [
      "too long a context",
      { messages: [{ role: "user", content: "x".repeat(600_000) }] },
      "ok",
      BadRequestError,
      { code: "context_length_exceeded", param: "input_tokens" },
    ],
    ["a model that loads", {}, "loading", InternalServerError, { status: 503, code: "model_not_ready" }],
  ])("%s", async (_case, fields, ...[reason, kind, facts]) => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says: { "chat-1": reason as "ok" } });
    const fault = await gateway
      .client()
      .chat.completions.create({ model: "chat", messages: MESSAGES, ...fields })
      .catch((one: unknown) => one);
    expect(fault).toBeInstanceOf(kind);
    expect(fault).toMatchObject(facts);
    expect((fault as Error).message.length).toBeGreaterThan(30);
  });
});
