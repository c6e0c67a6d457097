import { afterEach, expect, test, vi } from "vitest";
import { ask, type Reply, soon } from "../../test/ask.ts";
import { chat } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import { until } from "../../test/until.ts";
import type { FaultName, KindName, LoadAs, Simulator } from "../index.ts";

afterEach(() => void vi.useRealTimers());

const LOADING = '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}';

function get(simulator: Simulator, path: string): Promise<Reply> {
  return ask(simulator.url + path);
}

function starting(kind: KindName, loadAs: LoadAs = "starting"): Promise<Simulator> {
  return running({ kind, loadMs: 60_000, loadAs });
}

/** What SGLang says about its health after that time, by a clock that stands still in between. */
async function healthAfter(simulator: Simulator, ms: number): Promise<number> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = get(simulator, "/health");
  await until(() => vi.getTimerCount() === 1);
  const seen = simulator.seen.completed;
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(simulator.seen.completed).toBe(seen);
  await vi.advanceTimersByTimeAsync(1);
  const { status } = await asked;
  vi.useRealTimers();
  return status;
}

test("SGLang lists its model while it warms up, and only /health says that it is not ready", async () => {
  const simulator = await starting("sglang");
  expect((await get(simulator, "/health")).status).toBe(503);
  expect((await get(simulator, "/health_generate")).status).toBe(503);
  expect((await get(simulator, "/v1/models")).json().data).toMatchObject([{ id: "gpt-oss-120b" }]);
});

test("SGLang says that it is well a second later, once a token came", async () => {
  expect(await healthAfter(await running({ kind: "sglang" }), 1000)).toBe(200);
});

test.each<FaultName>(["hang", "deadlock", "engine-dead"])(
  "SGLang under %s waits twenty seconds for a token before it gives up",
  async (fault) => {
    const simulator = await running({ kind: "sglang" });
    simulator.control.fault(fault);
    expect(await healthAfter(simulator, 20_000)).toBe(503);
  },
);

test("SGLang that shuts down says so, while its list stays", async () => {
  const simulator = await running({ kind: "sglang" });
  simulator.control.fault("draining");
  expect((await get(simulator, "/health")).status).toBe(503);
  expect((await get(simulator, "/v1/models")).status).toBe(200);
});

test("SGLang also shows one model, or says that there is none", async () => {
  const simulator = await running({ kind: "sglang", servedNames: ["org/m"], loras: ["sql"] });
  expect((await get(simulator, "/v1/models/org%2Fm")).json()).toMatchObject({ id: "org/m", root: "org/m" });
  expect((await get(simulator, "/v1/models/sql")).json()).toMatchObject({
    parent: "org/m",
    max_model_len: null,
  });
  const { status, text } = await get(simulator, "/v1/models/x");
  expect(status).toBe(404);
  expect(JSON.parse(text).error).toMatchObject({ code: "model_not_found" });
});

test("llama.cpp refuses everything while it loads", async () => {
  const simulator = await starting("llamacpp");
  for (const path of ["/health", "/v1/models", "/nothing"]) {
    expect(await get(simulator, path)).toMatchObject({ status: 503, text: LOADING });
  }
  expect(await chat(simulator)).toMatchObject({ status: 503, text: LOADING });
  await simulator.control.start();
  expect((await get(simulator, "/health")).text).toBe('{"status":"ok"}');
  const list = (await get(simulator, "/v1/models")).json();
  expect(list.models).toMatchObject([{ name: "gpt-oss-120b", details: { format: "gguf" } }]);
});

test("llama.cpp of 2025 lists a model without meta while /health is 503", async () => {
  const simulator = await starting("llamacpp", "listed");
  expect(await get(simulator, "/health")).toMatchObject({ status: 503, text: LOADING });
  expect((await get(simulator, "/v1/models")).json().data).toMatchObject([
    { id: "gpt-oss-120b", meta: null },
  ]);
});

test("Ollama runs and lists what is pulled, loaded or not; requests wait for the model", async () => {
  const simulator = await running({
    kind: "ollama",
    servedNames: ["qwen3", "me/own:8b"],
    loadMs: 60_000,
    loadAs: "starting",
  });
  const ids = ["qwen3:latest", "me/own:8b"];
  expect(await get(simulator, "/")).toMatchObject({ status: 200, text: "Ollama is running" });
  const { data } = (await get(simulator, "/v1/models")).json();
  expect(data).toMatchObject([
    { id: ids[0], owned_by: "library" },
    { id: ids[1], owned_by: "me" },
  ]);
  expect((await get(simulator, "/api/tags")).json().models).toMatchObject(ids.map((name) => ({ name })));
  expect((await get(simulator, "/api/ps")).json()).toEqual({ models: [] });
  const asked = chat(simulator, { model: "qwen3:latest" });
  expect(await soon(asked)).toBe("pending");
  await simulator.control.start();
  expect((await asked).json().model).toBe("qwen3:latest");
  expect((await get(simulator, "/api/ps")).json().models).toMatchObject(ids.map((model) => ({ model })));
  expect((await get(simulator, "/api/version")).json()).toEqual({ version: "0.33.0" });
});

test("Ollama without a model has a null for a list", async () => {
  const simulator = await running({ kind: "ollama", servedNames: [] });
  expect((await get(simulator, "/v1/models")).text).toBe('{"object":"list","data":null}');
});

test("LM Studio lists what is downloaded, and tells the state elsewhere", async () => {
  const simulator = await starting("lmstudio");
  expect((await get(simulator, "/v1/models")).json().data).toMatchObject([{ id: "gpt-oss-120b" }]);
  const states = async (): Promise<unknown> => {
    const [model] = (await get(simulator, "/api/v0/models")).json().data;
    const [other] = (await get(simulator, "/api/v1/models")).json().models;
    return [model.state, other.loaded_instances.length];
  };
  expect(await states()).toEqual(["not-loaded", 0]);
  await simulator.control.start();
  expect(await states()).toEqual(["loaded", 1]);
});

test("LocalAI is alive before it is ready", async () => {
  const simulator = await starting("localai");
  expect((await get(simulator, "/healthz")).status).toBe(200);
  expect(await get(simulator, "/readyz")).toMatchObject({ status: 503, text: '{"status":"starting"}' });
  expect((await get(simulator, "/v1/models")).status).toBe(200);
  await simulator.control.start();
  expect((await get(simulator, "/readyz")).status).toBe(200);
});

test("LMDeploy that sleeps is well, and refuses requests", async () => {
  const simulator = await running({ kind: "lmdeploy" });
  expect((await get(simulator, "/health")).text).toBe('{"status":"healthy"}');
  simulator.control.fault("asleep");
  expect(await get(simulator, "/health")).toMatchObject({ status: 200, text: '{"status":"sleeping"}' });
  const reply = await chat(simulator);
  expect(reply.status).toBe(503);
  expect(reply.json().error).toMatch(/^Engine is sleeping; call POST \/wakeup/);
});

test("TEI says in /info who it is", async () => {
  const simulator = await running({
    kind: "tei",
    servedNames: ["bge"],
    root: "BAAI/bge-m3",
    maxModelLen: 512,
  });
  expect((await get(simulator, "/info")).json()).toMatchObject({
    model_id: "BAAI/bge-m3",
    served_model_name: "bge",
    max_input_length: 512,
    auto_truncate: true,
    version: "1.9.3",
  });
});

test("TEI and Ollama cut a prompt that is too long without a word", async () => {
  const tei = await running({ kind: "tei", maxModelLen: 4 });
  const json = { input: "x".repeat(1000) };
  expect((await ask(`${tei.url}/v1/embeddings`, { json })).status).toBe(200);
  const ollama = await running({ kind: "ollama", maxModelLen: 4 });
  expect((await chat(ollama)).status).toBe(200);
  expect((await chat(await running({ maxModelLen: 4 }))).status).toBe(400);
});

test("a malformed request is 422 with TGI, and a plain string with TensorRT-LLM", async () => {
  const tgi = await running({ kind: "tgi" });
  const path = "/v1/chat/completions";
  expect((await ask(tgi.url + path, { json: {} })).json()).toMatchObject({ error_type: "validation" });
  expect((await ask(tgi.url + path, { json: {} })).status).toBe(422);
  const tensorrt = await running({ kind: "tensorrt" });
  const reply = await ask(tensorrt.url + path, { json: {} });
  expect(reply.status).toBe(400);
  expect(typeof reply.json().error).toBe("string");
});
