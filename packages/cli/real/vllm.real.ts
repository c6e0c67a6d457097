import path from "node:path";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { freePort, noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, type Reply } from "../../simulator/test/ask.ts";
import { RECORDED } from "../../simulator/test/recorded-questions.ts";
import { chat, eventually } from "../test/harness.ts";
import { findPlace, type Place } from "./places.ts";
import { RealServer } from "./real-server.ts";
import { testSameWire } from "./same-wire.ts";
import { configOf, RealSite } from "./site.ts";
import { countOutcomes, openChat, type Streamed } from "./streams.ts";

/** From the start of a process to its first answer; longer on a machine that does other things as well. */
const LOADING_MS = 600_000;
const ADAPTER = "tiny-adapter";
/** Few, so that some of a handful of streams are queued. */
const AT_ONCE = 4;
const MOST_STREAMS = 120;

const FLAGS = "--enable-lora --max-lora-rank 8 --enable-auto-tool-choice --tool-call-parser hermes".split(
  " ",
);

const ENVIRONMENT = {
  HF_HUB_OFFLINE: "1",
  TRANSFORMERS_OFFLINE: "1",
  VLLM_NO_USAGE_STATS: "1",
  DO_NOT_TRACK: "1",
  VLLM_CPU_KVCACHE_SPACE: "1",
  VLLM_TARGET_DEVICE: "cpu",
  OMP_NUM_THREADS: "1",
  VLLM_CPU_OMP_THREADS_BIND: "nobind",
  VLLM_SERVER_DEV_MODE: "1",
  VLLM_ALLOW_RUNTIME_LORA_UPDATING: "True",
};

const found = findPlace("vLLM");

describe.skipIf("absent" in found)("real vLLM", () => {
  const place = found as Place;
  let port: number;
  let url: string;
  let site: RealSite;
  let good: Simulator;
  let server: RealServer;

  const start = (...names: readonly string[]) =>
    new RealServer(
      place.program,
      [
        "serve",
        place.model,
        "--served-model-name",
        ...names,
        "--port",
        String(port),
        ...`--host 127.0.0.1 --api-key k --enforce-eager --dtype bfloat16 --max-num-seqs ${AT_ONCE}`.split(
          " ",
        ),
        ...FLAGS,
      ],
      ENVIRONMENT,
    );
  const direct = (route: string, json?: object): Promise<Reply> =>
    ask(url + route, { headers: { authorization: "Bearer k" }, ...(json !== undefined && { json }) });
  const gauge = async (name: string) =>
    Number(new RegExp(`^vllm:${name}\\{.*\\} (\\S+)$`, "m").exec((await direct("/metrics")).text)?.[1]);

  beforeAll(async () => {
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    good = await startSimulator({ servedNames: ["m1"], apiKeys: ["k"], tokensPerSecond: 100 });
    const config = configOf([
      { alias: "right", name: "m1", url },
      { alias: "misnamed", name: "nope", url },
      { alias: "badkey", name: "m1", url, key: "wrong" },
      { alias: "adapter", name: ADAPTER, url },
      { alias: "pair", name: "m1", url },
      { alias: "pair", name: "m1", url: good.url },
      { alias: "other", name: "another", url },
    ]);
    server = start("m1", "m2");
    site = await RealSite.start(config);
  });
  afterAll(async () => {
    await site?.stop();
    await server?.stop();
    await good?.close();
  });

  test("refuses connections while it loads: loading, and 503 for apps", async () => {
    expect((await site.becomes("right", "loading")).detail).toContain("refused");
    expect(await site.refuses("right")).toBe("loading");
  });

  test("is ready once it lists its names", async ({ task }) => {
    const { ms } = await site.becomes("right", "ok", LOADING_MS);
    const { version } = JSON.parse((await direct("/version")).text) as { version: string };
    noteVersion(task, ["vllm", version]);
    expect(version).toMatch(/^0\./);
    process.stdout.write(`vLLM was ready ${ms} ms later\n`);
    await eventually(async () => (await chat(site.gateway, { model: "right" })).status === 200);
  });

  test("does not know another name: wrong_name, with the names that it serves", async () => {
    expect((await site.becomes("misnamed", "wrong_name")).all).toMatch(/m1.*m2/);
    expect(await site.refuses("misnamed")).toBe("wrong_name");
  });

  test("refuses another key: wrong_key", async () => {
    await site.becomes("badkey", "wrong_key");
    expect(await site.refuses("badkey")).toBe("wrong_key");
  });

  describe("answers as the simulator does, shape by shape", () => {
    testSameWire(RECORDED.vllm, { url: () => url, root: place.model });
  });

  test("an app sees its alias, in JSON and in streams", async () => {
    const { status, text } = await chat(site.gateway, { model: "right" });
    expect(JSON.parse(text)).toMatchObject({
      model: "right",
      choices: [{ finish_reason: expect.any(String) }],
    });
    const stream = await openChat(site.gateway, { model: "right", max_tokens: 5 }).ended;
    expect([status, stream.outcome]).toEqual([200, "whole"]);
    expect(new Set(stream.text.match(/"model":"[^"]*"/g))).toEqual(new Set(['"model":"right"']));
  });

  test.each([
    [
      "a prompt that is too long",
      { messages: [{ role: "user", content: "word ".repeat(900) }] },
      "context_length_exceeded",
    ],
    ["max_tokens that are too many", { max_tokens: 99_999 }, "context_length_exceeded"],
    ["a temperature below zero", { temperature: -5 }, null],
    [
      "a picture",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
          },
        ],
      },
      null,
    ],
  ])("%s is the app's fault, which blames nobody", async (_case, fields, code) => {
    const { status, text } = await chat(site.gateway, { model: "right", ...fields });
    expect(status).toBe(400);
    expect((JSON.parse(text) as { error: object }).error).toMatchObject({ code });
    expect(text).not.toMatch(/\bm1\b/);
    expect((await chat(site.gateway, { model: "right" })).status).toBe(200);
  });

  // Its random words do not always end in time.
  test("a tool is called", { retry: 8 }, async () => {
    const tools = [
      {
        type: "function",
        function: { name: "look_up", parameters: { type: "object", additionalProperties: false } },
      },
    ];
    const tool_choice = { type: "function", function: { name: "look_up" } };
    const { status, text } = await chat(site.gateway, { model: "right", max_tokens: 60, tools, tool_choice });
    expect(status).toBe(200);
    expect(text).toContain('"name":"look_up"');
  });

  test("an adapter is ready once it is loaded, and gone once it is not", async () => {
    await site.becomes("adapter", "wrong_name");
    const adapter = { lora_name: ADAPTER, lora_path: path.join(place.model, "adapter") };
    expect(await direct("/v1/load_lora_adapter", adapter)).toMatchObject({ status: 200 });
    await site.becomes("adapter", "ok");
    await eventually(async () => (await chat(site.gateway, { model: "adapter" })).status === 200);
    expect(await direct("/v1/unload_lora_adapter", { lora_name: ADAPTER })).toMatchObject({ status: 200 });
    await site.becomes("adapter", "adapter_gone");
  });

  test("an engine that is stopped while it does nothing is hung, and well again when it goes on", async () => {
    const parts = ["VLLM::Engine", "VLLM::Worker"];
    const signal = (name: NodeJS.Signals) => parts.forEach((part) => server.signalPart(part, name));
    signal("SIGSTOP");
    const sent: Promise<Streamed>[] = [];
    const askOnce = () => void sent.push(openChat(site.gateway, { model: "right", max_tokens: 3 }).ended);
    askOnce();
    const asking = setInterval(askOnce, 1_000);
    try {
      const { ms } = await site.becomes("right", "hung", 120_000);
      process.stdout.write(`an engine that hangs from idle was hung ${ms} ms after the first request\n`);
      expect((await direct("/health")).status).toBe(200);
    } finally {
      clearInterval(asking);
      signal("SIGCONT");
    }
    await site.becomes("right", "ok", 120_000);
    for (const { outcome } of await Promise.all(sent)) expect(outcome).not.toBe("silent");
  });

  test("SIGTERM: nobody gets an empty or silent stream, running or queued", async () => {
    await eventually(async () => (await site.reasons("pair")).every((reason) => reason === "ok"), 60_000);
    const sent: Promise<Streamed>[] = [];
    // The gateway shares them out as it likes: until some of them wait there.
    await eventually(async () => {
      for (let more = 0; more < 6 && sent.length < MOST_STREAMS; more += 1)
        sent.push(openChat(site.gateway, { model: "pair", max_tokens: 400 }).ended);
      return (await gauge("num_requests_running")) >= AT_ONCE && (await gauge("num_requests_waiting")) > 0;
    }, 60_000);
    server.signal("SIGTERM");
    await eventually(
      () =>
        fetch(`${url}/health`).then(
          () => false,
          () => true,
        ),
      30_000,
    );
    const refusedAt = performance.now();
    const streams = await Promise.all(sent);
    const late = Math.max(
      ...streams.map(({ outcome, endedAt }) => (outcome === "told" ? endedAt - refusedAt : 0)),
    );
    process.stdout.write(
      `SIGTERM: ${JSON.stringify(countOutcomes(streams))}, told at most ${Math.round(late)} ms after the refusal\n`,
    );
    const { whole = 0, told = 0 } = countOutcomes(streams);
    expect(whole + told).toBe(streams.length);
    expect(told).toBeLessThanOrEqual(AT_ONCE);
    await server.ended;
    await site.becomes("right", "down");
  });

  test("another model on its port is a wrong name for the one, and right for the other", async () => {
    await server.stop();
    server = start("another");
    expect((await site.becomes("right", "wrong_name", LOADING_MS)).all).toContain("another");
    await site.becomes("other", "ok");
    await eventually(async () => (await chat(site.gateway, { model: "other" })).status === 200);
  });

  test("kill -9 of the engine under load: streams are told, then nothing is called ready", async () => {
    const sent = Array.from(
      { length: 8 },
      () => openChat(site.gateway, { model: "other", max_tokens: 400 }).ended,
    );
    await eventually(async () => (await gauge("num_requests_running")) > 0, 30_000);
    server.signalPart("VLLM::Engine", "SIGKILL");
    const streams = await Promise.all(sent);
    process.stdout.write(`kill -9 of the engine: ${JSON.stringify(countOutcomes(streams))}\n`);
    expect(countOutcomes(streams)["silent"] ?? 0).toBe(0);
    // Its port refuses 0.3 s after its engine died: whether a probe came in time decides how it is told.
    const { hint } = await site.becomes("other", "down", 120_000);
    expect(hint).toMatch(/Restart=always|Start it again/);
    expect(await site.refuses("other")).toMatch(/^(?:down|engine_dead)$/);
    await server.ended;
  });
});
