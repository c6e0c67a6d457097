import { expect, test } from "vitest";
import { ask, type Reply } from "../../test/ask.ts";
import { chat, eventsOf, MESSAGES } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import { KIND_NAMES, type KindName, type Simulator } from "../index.ts";

const CREATED = 1_755_400_000;
const now = (): number => CREATED * 1000;

function get(simulator: Simulator, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return ask(simulator.url + path, { headers });
}

test.each<[KindName, object]>([
  ["vllm", { id: "m", owned_by: "vllm", root: "/models/m", max_model_len: 131_072 }],
  ["sglang", { id: "m", owned_by: "sglang", root: "m", parent: null, max_model_len: 131_072 }],
  ["llamacpp", { id: "m", owned_by: "llamacpp", meta: { n_ctx_train: 131_072 } }],
  ["ollama", { id: "m:latest", owned_by: "library", created: CREATED }],
  ["tgi", { id: "m", owned_by: "m", created: 0 }],
  ["lmdeploy", { id: "m", owned_by: "lmdeploy", permission: [{ object: "model_permission" }] }],
  ["tensorrt", { id: "m", owned_by: "tensorrt_llm", created: CREATED }],
  ["lmstudio", { id: "m", owned_by: "organization_owner" }],
  ["localai", { id: "m", object: "model" }],
])("%s has a card of its own", async (kind, card) => {
  const simulator = await running({ kind, servedNames: ["m"], now });
  const { object, data } = (await get(simulator, "/v1/models")).json();
  expect(object).toBe("list");
  expect(data).toMatchObject([card]);
});

test.each(["lmstudio", "localai"] as const)("%s does not say when a card was made", async (kind) => {
  const simulator = await running({ kind });
  const { data } = (await get(simulator, "/v1/models")).json();
  expect(data[0]).not.toHaveProperty("created");
});

test.each<[KindName, string[], string[], Reply["text"]]>([
  ["sglang", ["/health", "/metrics"], ["/v1/models", "/model_info"], '{"error":"Unauthorized"}'],
  [
    "llamacpp",
    ["/health", "/v1/models", "/models"],
    ["/v1/chat/completions", "/props"],
    '{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}',
  ],
  ["ollama", ["/", "/v1/models", "/api/ps"], [], ""],
  ["tgi", ["/v1/models", "/health", "/metrics"], ["/v1/chat/completions", "/info"], ""],
  ["tei", ["/", "/ping", "/health", "/metrics"], ["/info", "/v1/embeddings", "/v1/models"], ""],
  ["lmdeploy", ["/health"], ["/v1/models", "/metrics"], '{"error":"Unauthorized"}'],
  ["tensorrt", ["/health", "/v1/models"], [], ""],
  [
    "localai",
    ["/healthz", "/readyz"],
    ["/v1/models"],
    '{"error":{"code":401,"message":"An authentication key is required","type":""}}',
  ],
])("%s asks for the key where it should", async (...[kind, open, guarded, text]) => {
  const simulator = await running({ kind, apiKeys: ["k1"] });
  for (const path of open) expect((await get(simulator, path)).status).not.toBe(401);
  for (const path of guarded) {
    expect(await get(simulator, path)).toMatchObject({ status: 401, text });
    const authorization = "Bearer k1";
    expect((await get(simulator, path, { authorization })).status).not.toBe(401);
  }
});

test.each<[KindName, string | undefined]>([
  ["vllm", "uvicorn"],
  ["llamacpp", "llama.cpp"],
  ["ollama", undefined],
])("%s names its server as %s", async (kind, server) => {
  const simulator = await running({ kind });
  const { headers } = await get(simulator, "/v1/models");
  expect(headers["server"]).toBe(server);
  expect(headers["date"] === undefined).toBe(kind === "llamacpp");
});

test.each<[KindName, number, string]>([
  ["vllm", 404, "gpt-oss-120b"],
  ["sglang", 200, "other"],
  ["llamacpp", 200, "gpt-oss-120b"],
  ["ollama", 404, "gpt-oss-120b:latest"],
  ["tgi", 200, "gpt-oss-120b"],
  ["lmdeploy", 404, "gpt-oss-120b"],
  ["tensorrt", 200, "other"],
  ["lmstudio", 404, "gpt-oss-120b"],
  ["localai", 404, "gpt-oss-120b"],
])("%s answers a name that it does not serve with %i", async (kind, status, echoed) => {
  const simulator = await running({ kind });
  const reply = await chat(simulator, { model: "other" });
  expect(reply.status).toBe(status);
  const good = status === 200 ? reply : await chat(simulator, { model: "gpt-oss-120b" });
  expect(good.json().model).toBe(echoed);
});

const DEAD = "EngineCore encountered an issue. See stack trace (above) for the root cause.";

test.each<[KindName, number, unknown]>([
  ["sglang", 500, { object: "error", message: DEAD, type: "InternalServerError", param: null, code: 500 }],
  ["llamacpp", 500, { error: { message: DEAD, type: "server_error", code: 500 } }],
  ["ollama", 500, { error: { message: DEAD, type: "api_error", param: null, code: null } }],
  ["tgi", 424, { error: `Request failed during generation: ${DEAD}`, error_type: "generation" }],
  ["tei", 424, { message: DEAD, code: 424, type: "Backend" }],
  ["lmdeploy", 500, { message: DEAD, type: "InternalServerError", code: 500, param: null, object: "error" }],
  ["tensorrt", 500, { object: "error", message: DEAD, type: "InternalServerError", param: null, code: 500 }],
  ["lmstudio", 500, { error: { message: DEAD, type: "server_error", param: null, code: null } }],
  ["localai", 500, { error: { code: 500, message: DEAD, type: "" } }],
])("%s writes errors in its own shape", async (kind, status, body) => {
  const simulator = await running({ kind });
  simulator.control.fault("engine-dead");
  const json = { input: "x", messages: MESSAGES };
  const path = kind === "tei" ? "/v1/embeddings" : "/v1/chat/completions";
  const reply = await ask(simulator.url + path, { json });
  expect(reply.status).toBe(status);
  expect(reply.json()).toEqual(body);
});

test.each<[KindName, object]>([
  ["sglang", { error: { object: "error", message: DEAD, code: 500 } }],
  ["tgi", { error_type: "generation" }],
  ["ollama", { error: { message: DEAD } }],
])("%s writes an error inside a stream in its own shape", async (kind, error) => {
  const simulator = await running({ kind });
  simulator.control.fault("error-first-event");
  const [first = ""] = eventsOf((await chat(simulator, { stream: true })).text);
  expect(JSON.parse(first)).toMatchObject(error);
});

test.each<[KindName, number, object]>([
  ["sglang", 503, { message: "The request queue is full." }],
  [
    "ollama",
    503,
    { error: { message: "server busy, please try again.  maximum pending requests exceeded" } },
  ],
  ["tgi", 429, { error: "Model is overloaded", error_type: "overloaded" }],
  ["tei", 429, { message: "Model is overloaded", code: 429, type: "Overloaded" }],
])("%s says %i when its queue is full", async (kind, status, body) => {
  const simulator = await running({ kind });
  simulator.control.fault("overloaded");
  const json = { input: "x", messages: MESSAGES };
  const path = kind === "tei" ? "/v1/embeddings" : "/v1/chat/completions";
  const reply = await ask(simulator.url + path, { json });
  expect(reply.status).toBe(status);
  expect(reply.json()).toMatchObject(body);
});

test.each(KIND_NAMES)("%s says its name and a version of its own", async (kind) => {
  const { control } = await running({ kind });
  expect(control.state()).toMatchObject({ kind, version: expect.stringMatching(/^b?\d/) });
});

test.each<[KindName, string, number, string]>([
  ["tgi", "/health", 503, '{"error":"unhealthy","error_type":"healthcheck"}'],
  ["tei", "/health", 503, '{"error":"unhealthy","error_type":"Unhealthy"}'],
  ["lmdeploy", "/health", 503, '{"status":"unhealthy"}'],
  ["tensorrt", "/health", 503, "LLM is unavailable. Please check the server logs for more details."],
  ["llamacpp", "/health", 200, '{"status":"ok"}'],
])("%s says how it is when its engine is dead", async (...[kind, path, status, text]) => {
  const simulator = await running({ kind });
  expect((await get(simulator, path)).status).toBe(200);
  simulator.control.fault("engine-dead");
  expect(await get(simulator, path)).toMatchObject({ status, text });
});

test.each<[KindName, string, number, string]>([
  ["llamacpp", "/nothing", 404, '{"error":{"message":"File Not Found","type":"not_found_error","code":404}}'],
  ["ollama", "/nothing", 404, "404 page not found"],
  ["ollama", "/health", 404, "404 page not found"],
  ["tgi", "/nothing", 404, ""],
  ["tei", "/v1/models", 404, ""],
  ["lmstudio", "/health", 200, '{"error":"Unexpected endpoint or method. (GET /health)"}'],
  ["localai", "/nothing", 404, '{"error":{"code":404,"message":"Resource not found","type":""}}'],
])("%s answers %s, which it does not have, with %i", async (...[kind, path, status, text]) => {
  const simulator = await running({ kind });
  expect(await get(simulator, path)).toMatchObject({ status, text });
});

test.each<[KindName, Partial<Reply>]>([
  ["vllm", { status: 404, text: '{"detail":"Not Found"}' }],
  ["llamacpp", { status: 404 }],
  ["tei", { status: 404, text: "" }],
  ["lmstudio", { status: 200 }],
])("%s can be without a route, and answers as without any other", async (...[kind, none]) => {
  const simulator = await running({ kind, tasks: ["embed"], without: ["/v1/embeddings"] });
  const embed = () => ask(`${simulator.url}/v1/embeddings`, { json: { input: "x" } });
  expect(await embed()).toMatchObject(none);
  expect((await get(simulator, "/health")).status).toBe(200);
  simulator.control.setWithout([]);
  expect((await embed()).json().data).toHaveLength(1);
  await simulator.control.reset();
  expect(await embed()).toMatchObject(none);
});

test.each(KIND_NAMES.filter((kind) => kind !== "tei"))(
  "%s refuses what is of a wrong type, and generates nothing for it",
  async (kind) => {
    const simulator = await running({ kind, tasks: ["generate", "embed"] });
    for (const [path, json] of [
      ["/v1/chat/completions", { model: 0, messages: 0 }],
      ["/v1/completions", { model: 0, prompt: 0 }],
    ] as const)
      expect([400, 422]).toContain((await ask(simulator.url + path, { json })).status);
  },
);
