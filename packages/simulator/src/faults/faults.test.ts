import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { Client } from "undici";
import { describe, expect, test, vi } from "vitest";
import { captureFile } from "../../test/capture-request.ts";
import { ask, failure, open, type Reply, soon } from "../../test/ask.ts";
import { chat, contentOf, eventsOf, MESSAGES, metric, openStream } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import { turns, until } from "../../test/until.ts";
import type { Simulator } from "../index.ts";
import { FAULT_NAMES, FAULTS, type FaultName } from "./catalogue.ts";

/** In a stream Python prints it, with its spaces. */
const ENGINE_DEAD_EVENT =
  '{"error": {"message": "EngineCore encountered an issue. See stack trace (above) for the root cause.", ' +
  '"type": "InternalServerError", "param": null, "code": 500}}';
const ENGINE_DEAD =
  '{"error":{"message":"EngineCore encountered an issue. See stack trace (above) for the root cause.",' +
  '"type":"InternalServerError","param":null,"code":500}}';

function get(simulator: Simulator, path: string): Promise<Reply> {
  return ask(simulator.url + path);
}

/** The kind of proof that needs no more than the same answer everywhere. */
function everywhere(status: number, text: string, headers: Record<string, string> = {}) {
  return async (simulator: Simulator): Promise<void> => {
    const replies = [
      await get(simulator, "/v1/models"),
      await get(simulator, "/health"),
      await chat(simulator),
    ];
    for (const reply of replies) {
      expect(reply).toMatchObject({
        status,
        text,
        headers: { "content-length": String(text.length), ...headers },
      });
      if (headers["server"] !== "uvicorn") expect(reply.headers["server"]).not.toBe("uvicorn");
    }
  };
}

function nginx(title: string): string {
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
    `<hr><center>nginx/1.27.3</center>\r\n</body>\r\n</html>\r\n`
  );
}

function haproxy(title: string, sentence: string): string {
  return `<html><body><h1>${title}</h1>\n${sentence}\n</body></html>\n`;
}

async function modelsAndHealthWork(simulator: Simulator): Promise<void> {
  expect((await get(simulator, "/health")).status).toBe(200);
  const { data } = (await get(simulator, "/v1/models")).json();
  expect(data).toMatchObject([{ id: "gpt-oss-120b" }]);
}

async function abortedAnswers(simulator: Simulator): Promise<void> {
  const whole = await chat(simulator);
  expect(whole.status).toBe(200);
  expect(whole.json()).toMatchObject({
    choices: [{ finish_reason: "abort", message: { content: "" } }],
    usage: { completion_tokens: 0 },
  });
  const events = eventsOf((await chat(simulator, { stream: true })).text);
  expect(contentOf(events)).toBe("");
  expect(JSON.parse(events.at(-2) ?? "").choices[0].finish_reason).toBe("abort");
  expect(events.at(-1)).toBe("[DONE]");
  await modelsAndHealthWork(simulator);
}

/** One proof per fault. The type demands that none is left out. */
const PROOFS: Record<FaultName, (simulator: Simulator) => Promise<void>> = {
  reset: async (simulator) => {
    expect(await failure(chat(simulator))).toBe("ECONNRESET");
    expect(simulator.seen.last()?.body).toMatchObject({ messages: [{}] });
    await modelsAndHealthWork(simulator);
  },
  "reset-all": async (simulator) => {
    expect(await failure(get(simulator, "/v1/models"))).toBe("ECONNRESET");
    expect(await failure(get(simulator, "/health"))).toBe("ECONNRESET");
  },
  close: async (simulator) => {
    expect(await failure(chat(simulator))).toBe("ECONNRESET");
    await modelsAndHealthWork(simulator);
  },
  "close-all": async (simulator) => {
    expect(await failure(get(simulator, "/v1/models"))).toBe("ECONNRESET");
    expect(await failure(get(simulator, "/health"))).toBe("ECONNRESET");
  },
  hang: async (simulator) => {
    expect(await soon(failure(chat(simulator)))).toBe("pending");
    expect(await soon(failure(openStream(simulator)))).toBe("pending");
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(2);
    expect(await metric(simulator, "vllm:iteration_tokens_total_count")).toBe(0);
    await modelsAndHealthWork(simulator);
  },
  "hang-all": async (simulator) => {
    for (const path of ["/v1/models", "/health", "/metrics", "/nothing"]) {
      expect(await soon(failure(get(simulator, path)))).toBe("pending");
    }
    expect(await soon(failure(chat(simulator)))).toBe("pending");
  },
  "hang-mid-stream": async (simulator) => {
    const stream = await openStream(simulator, { max_tokens: 50 });
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(eventsOf(text)).toHaveLength(3));
    expect(await soon(once(stream, "end"))).toBe("pending");
    expect(eventsOf(text)).toHaveLength(3);
    expect(await soon(failure(chat(simulator)))).toBe("pending");
  },
  "cut-mid-stream": async (simulator) => {
    const stream = await openStream(simulator, { max_tokens: 50 });
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    const [error] = await once(stream, "error");
    expect(error.code).toBe("ECONNRESET");
    expect(eventsOf(text)).toHaveLength(3);
    const whole = await open(`${simulator.url}/v1/completions`, { json: { prompt: "x" } });
    expect(whole.statusCode).toBe(200);
    expect(await failure(whole.toArray())).toBe("ECONNRESET");
  },
  "error-first-event": async (simulator) => {
    const { status, text } = await chat(simulator, { stream: true });
    expect({ status, text }).toEqual({ status: 200, text: `data: ${ENGINE_DEAD_EVENT}\n\ndata: [DONE]\n\n` });
    expect(await chat(simulator)).toMatchObject({ status: 500, text: ENGINE_DEAD });
    simulator.control.setErrorBodies("flat");
    expect(JSON.parse(eventsOf((await chat(simulator, { stream: true })).text)[0] ?? "")).toMatchObject({
      error: { object: "error", type: "BadRequestError", code: 400 },
    });
  },
  "comments-only": async (simulator) => {
    const stream = await openStream(simulator);
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.length).toBeGreaterThan(20));
    expect(text.replaceAll(": keep-alive\n\n", "")).toBe("");
    expect(await soon(failure(chat(simulator)))).toBe("pending");
    await modelsAndHealthWork(simulator);
  },
  gzip: async (simulator) => {
    const identity = { headers: { "accept-encoding": "identity" } };
    for (const path of ["/v1/models", "/metrics"]) {
      const response = await open(simulator.url + path, identity);
      expect(response.headers).toMatchObject({ "content-encoding": "gzip" });
      expect(gunzipSync(Buffer.concat(await response.toArray())).length).toBeGreaterThan(100);
    }
    const health = await get(simulator, "/health");
    expect(health.headers).toMatchObject({ "content-length": "0" });
    simulator.control.setSpeed({ tokensPerSecond: 20 });
    const stream = await openStream(simulator, { max_tokens: 2_000 });
    const unzipped = stream.pipe(createGunzip()).setEncoding("utf8");
    const [first] = await once(unzipped, "data");
    // Each event leaves as it comes; and a client that leaves ends the answer.
    expect(eventsOf(String(first))).toHaveLength(1);
    stream.destroy();
    await vi.waitFor(() => expect(simulator.seen.inFlight).toBe(0));
  },
  "error-mid-stream": async (simulator) => {
    const events = eventsOf((await chat(simulator, { stream: true, max_tokens: 50 })).text);
    expect(events).toHaveLength(5);
    expect(contentOf(events.slice(0, 3)).split(" ")).toHaveLength(2);
    expect(events.slice(3)).toEqual([ENGINE_DEAD_EVENT, "[DONE]"]);
    expect(await metric(simulator, 'vllm:request_success_total{engine="0",finished_reason="error"')).toBe(1);
    expect(await chat(simulator)).toMatchObject({ status: 500, text: ENGINE_DEAD });
  },
  abort: abortedAnswers,
  "abort-queued": async (simulator) => {
    const [role, ...rest] = eventsOf((await chat(simulator, { stream: true })).text);
    expect(JSON.parse(role ?? "").choices).toMatchObject([{ delta: { role: "assistant", content: "" } }]);
    expect(rest).toEqual(["[DONE]"]);
    const json = { prompt: "x", stream: true };
    expect((await ask(`${simulator.url}/v1/completions`, { json })).text).toBe("data: [DONE]\n\n");
    expect((await chat(simulator)).json().choices[0]).toMatchObject({
      finish_reason: "abort",
      message: { content: "" },
    });
    await modelsAndHealthWork(simulator);
  },
  "shutting-down": async (simulator) => {
    const text = (await readFile(captureFile("vllm-0.32.0/sigterm-late-request-500.txt"), "utf8")).trim();
    expect(await chat(simulator)).toMatchObject({ status: 500, text });
    expect(await chat(simulator, { stream: true })).toMatchObject({ status: 500, text });
    expect((await get(simulator, "/health")).status).toBe(503);
  },
  draining: async (simulator) => {
    simulator.control.fault(null);
    simulator.control.setSpeed({ tokensPerSecond: 100 });
    const stream = await openStream(simulator, { max_tokens: 10_000 });
    await once(stream, "data");
    simulator.control.fault("draining");
    const events = eventsOf(Buffer.concat(await stream.toArray()).toString());
    expect(JSON.parse(events.at(-2) ?? "").choices[0].finish_reason).toBe("abort");
    expect(events.at(-1)).toBe("[DONE]");
    await abortedAnswers(simulator);
  },
  "engine-dead": async (simulator) => {
    expect(await get(simulator, "/health")).toMatchObject({ status: 503, text: "" });
    expect(await get(simulator, "/ping")).toMatchObject({ status: 503, text: "" });
    expect(await chat(simulator)).toMatchObject({ status: 500, text: ENGINE_DEAD });
    expect(await chat(simulator, { stream: true })).toMatchObject({ status: 500, text: ENGINE_DEAD });
    expect((await get(simulator, "/v1/models")).status).toBe(200);
    simulator.control.setErrorBodies("flat");
    expect(await get(simulator, "/health")).toMatchObject({ status: 500, text: "" });
  },
  "engine-dead-500": async (simulator) => {
    expect(await get(simulator, "/health")).toMatchObject({ status: 500, text: "" });
    expect(await chat(simulator)).toMatchObject({ status: 500, text: ENGINE_DEAD });
    expect((await get(simulator, "/v1/models")).status).toBe(200);
  },
  "engine-dead-unnoticed": async (simulator) => {
    expect(await chat(simulator)).toMatchObject({ status: 500, text: ENGINE_DEAD });
    await modelsAndHealthWork(simulator);
  },
  "engine-error": async (simulator) => {
    const text = '{"error":{"message":"","type":"EngineGenerateError","param":null,"code":500}}';
    expect(await chat(simulator)).toMatchObject({ status: 500, text });
    await modelsAndHealthWork(simulator);
  },
  "no-chat-template": async (simulator) => {
    const reply = await chat(simulator);
    expect(reply.status).toBe(400);
    expect(reply.json().error).toMatchObject({
      message: expect.stringMatching(
        /^As of transformers v4\.44, default chat template is no longer allowed, /,
      ),
      type: "BadRequestError",
    });
    expect((await ask(`${simulator.url}/v1/completions`, { json: { prompt: "x" } })).status).toBe(200);
  },
  garbage: async (simulator) => {
    const reply = await chat(simulator, { max_tokens: 4 });
    expect(reply.json().choices[0].message.content).toBe("!!!!");
  },
  asleep: async (simulator) => {
    const asked = chat(simulator);
    expect(await soon(asked)).toBe("pending");
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(1);
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
    const labels = 'engine="0",model_name="gpt-oss-120b"';
    expect(await metric(simulator, `vllm:engine_sleep_state{${labels},sleep_state="awake"}`)).toBe(0);
    expect(
      await metric(simulator, `vllm:engine_sleep_state{${labels},sleep_state="weights_offloaded"}`),
    ).toBe(1);
    await modelsAndHealthWork(simulator);
    simulator.control.setSpeed({ firstTokenMs: 100 });
    simulator.control.fault(null);
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(1);
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(0);
    expect((await asked).json().choices[0].finish_reason).toBe("stop");
  },
  deadlock: async (simulator) => {
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(1);
    expect(await soon(failure(chat(simulator)))).toBe("pending");
    expect(await soon(failure(chat(simulator)))).toBe("pending");
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(2);
    const byReason =
      'vllm:num_requests_waiting_by_reason{engine="0",model_name="gpt-oss-120b",reason="capacity"}';
    expect(await metric(simulator, byReason)).toBe(2);
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
    expect(await metric(simulator, "vllm:kv_cache_usage_perc")).toBe(0);
  },
  "engine-stopped": async (simulator) => {
    const numbers = (): Promise<number[]> =>
      Promise.all(
        ["num_requests_running", "num_requests_waiting{", "generation_tokens_total"].map((name) =>
          metric(simulator, `vllm:${name}`),
        ),
      );
    const before = await numbers();
    const asked = [chat(simulator), chat(simulator, { stream: true })];
    expect(await soon(Promise.race(asked))).toBe("pending");
    // It hangs from idle: nothing that is counted shows it.
    expect(before.slice(0, 2)).toEqual([0, 0]);
    expect(await numbers()).toEqual(before);
    await modelsAndHealthWork(simulator);
    simulator.control.fault(null);
    simulator.control.setSpeed({ tokensPerSecond: 100 });
    const stream = await openStream(simulator, { max_tokens: 20 });
    await once(stream, "readable");
    simulator.control.fault("engine-stopped");
    const rest = stream.toArray();
    expect(await soon(rest)).toBe("pending");
    simulator.control.fault(null);
    expect(eventsOf(Buffer.concat(await rest).toString()).at(-1)).toBe("[DONE]");
    expect((await asked[0])?.json().choices[0].finish_reason).toBe("stop");
    expect(contentOf(eventsOf((await asked[1])?.text ?? "")).split(" ")).toHaveLength(12);
  },
  saturated: async (simulator) => {
    expect(await metric(simulator, "vllm:kv_cache_usage_perc")).toBe(0.99);
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBeGreaterThan(0);
    const before = await metric(simulator, "vllm:num_preemptions_total");
    expect(await metric(simulator, "vllm:num_preemptions_total")).toBeGreaterThan(before);
    expect((await chat(simulator)).status).toBe(200);
  },
  "frozen-metrics": async (simulator) => {
    expect((await chat(simulator)).status).toBe(200);
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(1);
    expect(await metric(simulator, "vllm:generation_tokens_total")).toBe(0);
    expect(await metric(simulator, "vllm:iteration_tokens_total_count")).toBe(0);
    simulator.control.fault(null);
    expect(await metric(simulator, "vllm:generation_tokens_total")).toBe(12);
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
  },
  truncate: async (simulator) => {
    const promptTokens = async (path: string, json: object) =>
      (await ask(`${simulator.url}${path}`, { json })).json().usage.prompt_tokens;
    const long = "word ".repeat(50_000);
    simulator.control.setMaxModelLen(8_192);
    expect(await promptTokens("/v1/chat/completions", { messages: [{ role: "user", content: long }] })).toBe(
      4_096,
    );
    expect(await promptTokens("/v1/completions", { prompt: "short" })).toBe(2);
    simulator.control.fault("truncate", { tokens: 512 });
    expect(await promptTokens("/v1/completions", { prompt: [long, long, "four"] })).toBe(1_025);
    await modelsAndHealthWork(simulator);
  },
  // vLLM queues without end; what the others say is shown with them.
  overloaded: async (simulator) => {
    expect((await chat(simulator)).status).toBe(200);
  },
  "rate-limit": async (simulator) => {
    const reply = await chat(simulator);
    expect(reply).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(reply.json().error.code).toBe("rate_limit_exceeded");
    await modelsAndHealthWork(simulator);
  },
  "models-rate-limit": async (simulator) => {
    simulator.control.fault("models-rate-limit", { retryAfter: 7 });
    const reply = await get(simulator, "/v1/models");
    expect(reply).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
    expect((await get(simulator, "/health")).status).toBe(200);
    expect((await chat(simulator)).status).toBe(200);
  },
  forbidden: async (simulator) => {
    expect(await get(simulator, "/v1/models")).toMatchObject({ status: 403, text: '{"error":"Forbidden"}' });
    expect((await get(simulator, "/health")).status).toBe(200);
    expect((await chat(simulator)).status).toBe(200);
  },
  scaling: everywhere(503, '{"error":"The model is currently scaling. Please try again later."}', {
    server: "uvicorn",
  }),
  "slow-health": async (simulator) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const health = get(simulator, "/health");
    await until(() => vi.getTimerCount() === 1);
    await vi.advanceTimersByTimeAsync(14_999);
    expect(simulator.seen.completed).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect((await health).status).toBe(200);
  },
  "slow-drip": async (simulator) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const response = await open(`${simulator.url}/v1/models`);
    expect(Number(response.headers["content-length"])).toBeGreaterThan(400);
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    for (const begun of ["{", '{"', '{"o']) {
      await until(() => text.length === begun.length && vi.getTimerCount() === 1);
      await vi.advanceTimersByTimeAsync(199);
      await turns(20);
      expect(text).toBe(begun);
      await vi.advanceTimersByTimeAsync(1);
    }
  },
  "endless-body": async (simulator) => {
    const response = await open(`${simulator.url}/v1/models`);
    let length = 0;
    for await (const chunk of response) {
      length += chunk.length;
      if (length > 20_000_000) break;
    }
    expect(length).toBeGreaterThan(20_000_000);
    await vi.waitFor(() => expect(simulator.seen.cancelled).toBe(1));
    expect((await get(simulator, "/health")).status).toBe(200);
  },
  redirect: async (simulator) => {
    simulator.control.fault("redirect", { location: "https://sso.example/login" });
    const reply = await get(simulator, "/v1/models");
    expect(reply).toMatchObject({ status: 302, headers: { location: "https://sso.example/login" } });
    expect((await chat(simulator)).status).toBe(200);
  },
  "empty-models": async (simulator) => {
    expect(await get(simulator, "/v1/models")).toMatchObject({
      status: 200,
      text: '{"object":"list","data":[]}',
    });
  },
  "null-models": async (simulator) => {
    expect(await get(simulator, "/v1/models")).toMatchObject({
      status: 200,
      text: '{"object":"list","data":null}',
    });
  },
  "two-servers": async (simulator) => {
    simulator.control.fault("two-servers", { names: ["qwen3-8b"] });
    const names: string[] = [];
    for (let connection = 0; connection < 60; connection += 1) {
      const [card] = (await get(simulator, "/v1/models")).json().data;
      names.push(`${card.id} ${card.root}`);
    }
    const both = ["gpt-oss-120b /models/gpt-oss-120b", "qwen3-8b /models/qwen3-8b"];
    expect(new Set(names)).toEqual(new Set(both));
    // Whoever looks at every n-th connection only meets both as well, before long.
    for (const stride of [1, 2, 3, 4, 5]) {
      const window = stride + 2;
      for (let first = 0; first + stride * window <= names.length; first += 1) {
        const met = Array.from({ length: window }, (_, step) => names[first + stride * step]);
        expect(new Set(met).size).toBe(2);
      }
    }
    const statuses = [];
    for (let round = 0; round < 3; round += 1) {
      statuses.push((await chat(simulator, { model: "qwen3-8b" })).status);
    }
    expect(statuses).toContain(404);
    expect(statuses).toContain(200);
  },
  "no-route": async (simulator) => {
    const text = '{"detail":"Not Found"}';
    expect(await get(simulator, "/v1/models")).toMatchObject({ status: 404, text });
    expect(await chat(simulator)).toMatchObject({ status: 404, text });
    expect((await get(simulator, "/health")).status).toBe(200);
  },
  html: async (simulator) => {
    for (const reply of [
      await get(simulator, "/v1/models"),
      await get(simulator, "/health"),
      await chat(simulator),
    ]) {
      expect(reply).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
      expect(reply.text).toContain("<html>");
    }
  },
  "not-openai": everywhere(200, '{"status":"ok","service":"inventory"}', {
    "content-type": "application/json",
  }),
  "not-http": async (simulator) => {
    expect(await failure(get(simulator, "/v1/models"))).toBe("HPE_INVALID_CONSTANT");
    expect(await failure(chat(simulator))).toBe("HPE_INVALID_CONSTANT");
  },
  "nginx-502": everywhere(502, nginx("502 Bad Gateway"), {
    server: "nginx/1.27.3",
    "content-type": "text/html",
  }),
  "nginx-503": everywhere(503, nginx("503 Service Temporarily Unavailable")),
  "nginx-504": everywhere(504, nginx("504 Gateway Time-out")),
  "haproxy-502": everywhere(
    502,
    haproxy("502 Bad Gateway", "The server returned an invalid or incomplete response."),
    { "content-type": "text/html" },
  ),
  "haproxy-503": everywhere(
    503,
    haproxy("503 Service Unavailable", "No server is available to handle this request."),
  ),
  "haproxy-504": everywhere(504, haproxy("504 Gateway Time-out", "The server didn't respond in time.")),
  "traefik-502": everywhere(502, "Bad Gateway", { "content-type": "text/plain; charset=utf-8" }),
  "traefik-503": everywhere(503, "no available server\n", { "x-content-type-options": "nosniff" }),
  "traefik-504": everywhere(504, "Gateway Timeout"),
  "caddy-502": everywhere(502, "", { server: "Caddy" }),
  "caddy-503": everywhere(503, "", { server: "Caddy" }),
  "envoy-503": everywhere(503, "no healthy upstream", { server: "envoy", "content-type": "text/plain" }),
  "envoy-504": everywhere(504, "upstream request timeout", { server: "envoy" }),
};

describe("a fault does what the catalogue says, and can be left", () => {
  test.each(FAULT_NAMES)("%s", async (name) => {
    const simulator = await running();
    simulator.control.fault(name);
    try {
      await PROOFS[name](simulator);
    } finally {
      vi.useRealTimers();
    }
    await simulator.control.reset();
    expect(simulator.control.state().fault).toBeNull();
    expect((await chat(simulator, { max_tokens: 4 })).json().choices[0].message.content).not.toBe("!!!!");
    await modelsAndHealthWork(simulator);
  });
});

test("close ends the connection in order, reset does not", async () => {
  const simulator = await running();
  const messages: string[] = [];
  for (const name of ["close", "reset", "close-all", "reset-all"] as const) {
    simulator.control.fault(name);
    const client = new Client(simulator.url);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ messages: MESSAGES });
    const asked = client.request({ method: "POST", path: "/v1/chat/completions", headers, body });
    const error = await asked.then(
      () => undefined,
      (reason: Error) => reason,
    );
    messages.push(error?.message ?? "");
    await client.destroy();
  }
  expect(messages).toEqual(["other side closed", "read ECONNRESET", "other side closed", "read ECONNRESET"]);
});

test("a fault with a count wears off after that many inference requests, whatever else is asked", async () => {
  const simulator = await running();
  simulator.control.fault("engine-dead", { count: 2 });
  await get(simulator, "/v1/models");
  expect((await get(simulator, "/health")).status).toBe(503);
  expect(simulator.control.state()).toMatchObject({ fault: "engine-dead", faultLeft: 2 });
  expect((await chat(simulator)).status).toBe(500);
  expect((await chat(simulator)).status).toBe(500);
  expect((await chat(simulator)).status).toBe(200);
  expect((await get(simulator, "/health")).status).toBe(200);
});

test("a fault in the middle of a stream comes after as many events as it is told", async () => {
  const simulator = await running();
  simulator.control.fault("error-mid-stream", { after: 0 });
  expect(eventsOf((await chat(simulator, { stream: true })).text)).toEqual([ENGINE_DEAD_EVENT, "[DONE]"]);
  simulator.control.fault("error-mid-stream", { after: 7 });
  expect(eventsOf((await chat(simulator, { stream: true })).text)).toHaveLength(9);
});

test.each(["hang", "asleep"] as const)(
  "a client that leaves a request under %s is let go of",
  async (name) => {
    const simulator = await running();
    simulator.control.fault(name);
    const controller = new AbortController();
    const asked = fetch(`${simulator.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: MESSAGES }),
      signal: controller.signal,
    }).catch(() => "left");
    await vi.waitFor(() => expect(simulator.seen.last()?.body).toBeDefined());
    controller.abort();
    expect(await asked).toBe("left");
    await vi.waitFor(() => expect(simulator.seen).toMatchObject({ cancelled: 1, inFlight: 0 }));
    expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
    expect(await metric(simulator, "vllm:num_requests_waiting{")).toBe(0);
  },
);

test("the README lists every fault with the catalogue's words", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` +\| (.+?) +\|$/gm)];
  expect(rows.map(([, name, about]) => [name, about])).toEqual(Object.entries(FAULTS));
});
