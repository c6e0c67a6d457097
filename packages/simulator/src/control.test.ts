import { expect, test } from "vitest";
import { ask, failure, soon } from "../test/ask.ts";
import { chat, MESSAGES, openStream } from "../test/chat.ts";
import { running } from "../test/running.ts";

test("rename changes what is listed, accepted and echoed, at once", async () => {
  const simulator = await running();
  simulator.control.rename(["new", "also-new"]);
  const { data } = (await ask(`${simulator.url}/v1/models`)).json();
  expect(data.map((card: { id: string }) => card.id)).toEqual(["new", "also-new"]);
  expect((await chat(simulator, { model: "also-new" })).json().model).toBe("new");
  expect((await chat(simulator, { model: "gpt-oss-120b" })).status).toBe(404);
});

test("root, context length, adapters, keys and clock can be set while it runs", async () => {
  const simulator = await running({ now: () => 1_755_400_000_000 });
  const { control } = simulator;
  control.setRoot("/models/other");
  control.setMaxModelLen(1024);
  control.setLoras(["sql"]);
  control.setKeys(["k2"]);
  control.setClock(-90_000);
  expect((await chat(simulator)).status).toBe(401);
  const headers = { authorization: "Bearer k2" };
  const reply = await ask(`${simulator.url}/v1/models`, { headers });
  expect(reply.headers["date"]).toBe("Sun, 17 Aug 2025 03:05:10 GMT");
  expect(reply.json().data).toMatchObject([
    { root: "/models/other", max_model_len: 1024, created: 1_755_399_910 },
    { id: "sql", parent: "gpt-oss-120b" },
  ]);
  const json = { messages: MESSAGES, max_tokens: 1025 };
  expect((await ask(`${simulator.url}/v1/chat/completions`, { headers, json })).status).toBe(400);
});

test("one adapter can go while the others stay, and the version can change", async () => {
  const simulator = await running({ loras: ["sql", "json"] });
  const { control } = simulator;
  control.unloadAdapter("sql");
  control.setVersion("0.27.0");
  const { data } = (await ask(`${simulator.url}/v1/models`)).json();
  expect(data.map((card: { id: string }) => card.id)).toEqual(["gpt-oss-120b", "json"]);
  expect((await chat(simulator, { model: "sql" })).status).toBe(404);
  expect((await ask(`${simulator.url}/version`)).text).toBe('{"version":"0.27.0"}');
  await control.reset();
  expect((await chat(simulator, { model: "sql" })).json().model).toBe("sql");
});

test("the speed holds for whole answers and for streams", async () => {
  const simulator = await running();
  simulator.control.setSpeed({ firstTokenMs: 60_000 });
  expect(await soon(failure(chat(simulator)))).toBe("pending");
  simulator.control.setSpeed({ firstTokenMs: 0, tokensPerSecond: 0.01 });
  expect(await soon(failure(chat(simulator)))).toBe("pending");
  const stream = await openStream(simulator);
  expect(await soon(failure(stream.toArray()))).toBe("pending");
  simulator.control.setSpeed({ tokensPerSecond: 0 });
  expect((await chat(simulator)).status).toBe(200);
});

test("reset leads back from every state to what the simulator was started as", async () => {
  const simulator = await running({ servedNames: ["a"], apiKeys: [], loras: ["sql"] });
  const { control } = simulator;
  const before = control.state();
  control.rename(["b"]);
  control.setLoras([]);
  control.setRoot("/other");
  control.setMaxModelLen(1);
  control.setWithout(["/version"]);
  control.setKeys(["k"]);
  control.setSpeed({ tokensPerSecond: 1, firstTokenMs: 1 });
  control.setErrorBodies("flat");
  control.setClock(1);
  control.setMetricsStyle("no-stats");
  control.setVersion("0.27.0");
  control.fault("hang-all", { count: 3 });
  await control.kill();
  expect(control.state()).toEqual({
    kind: "vllm",
    state: "down",
    fault: "hang-all",
    faultLeft: 3,
    servedNames: ["b"],
    loras: [],
    root: "/other",
    maxModelLen: 1,
    apiKeys: ["k"],
    tokensPerSecond: 1,
    firstTokenMs: 1,
    errorBodies: "flat",
    metricsStyle: "no-stats",
    clockOffsetMs: 1,
    version: "0.27.0",
    tasks: ["generate"],
    without: ["/version"],
    devMode: false,
    responsesStore: false,
    answerTokens: null,
    seed: 1,
  });
  await control.reset();
  expect(control.state()).toEqual(before);
  await control.load(60_000);
  await control.reset();
  expect((await chat(simulator, { model: "a" })).status).toBe(200);
});

test("what is handed in or out is a copy", async () => {
  const simulator = await running();
  const names = ["a"];
  simulator.control.rename(names);
  names.push("b");
  simulator.control.state().servedNames.push("c");
  expect(simulator.control.state().servedNames).toEqual(["a"]);
});
