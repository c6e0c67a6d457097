import { expect, test, vi } from "vitest";
import { ask, failure } from "../test/ask.ts";
import { chat, contentOf, eventsOf, metric, openStream } from "../test/chat.ts";
import { running } from "../test/running.ts";

test("while it loads every connection is refused", async () => {
  const simulator = await running({ loadMs: 60_000 });
  expect(simulator.control.state().state).toBe("loading");
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
});

test("a second server can take the port of a loading one, which then fails at the end of its load", async () => {
  const first = await running({ loadMs: 60 });
  const second = await running({ port: first.port, servedNames: ["second"] });
  expect(second.port).toBe(first.port);
  expect(await failure(first.whenReady())).toBe("EADDRINUSE");
  expect(first.control.state().state).toBe("down");
  await second.close();
  await first.control.start();
  expect((await ask(`${first.url}/health`)).status).toBe(200);
});

test("loading ends by itself, and the server then answers", async () => {
  const simulator = await running({ loadMs: 30 });
  await simulator.whenReady();
  expect(simulator.control.state().state).toBe("ready");
  expect((await ask(`${simulator.url}/health`)).status).toBe(200);
});

test("load restarts a running server: streams are cut, counters begin anew, the start time moves", async () => {
  let now = 1_000_000_000_000;
  const simulator = await running({ now: () => now });
  await chat(simulator);
  expect(await metric(simulator, "vllm:generation_tokens_total")).toBe(12);
  simulator.control.setSpeed({ firstTokenMs: 60_000 });
  const stream = await openStream(simulator);
  const cut = failure(stream.toArray());
  now += 5000;
  await simulator.control.load(20);
  expect(await cut).toBe("ECONNRESET");
  await simulator.whenReady();
  expect(await metric(simulator, "process_start_time_seconds ")).toBe(1_000_000_005);
  expect(await metric(simulator, "vllm:num_requests_running")).toBe(0);
  expect(await metric(simulator, "vllm:generation_tokens_total")).toBe(0);
});

test.each(["localhost", "0.0.0.0"])("a server on %s loads and comes up as well", async (host) => {
  const simulator = await running({ host, loadMs: 60_000 });
  expect(await failure(ask(`http://127.0.0.1:${simulator.port}/health`))).toBe("ECONNREFUSED");
  await simulator.control.start();
  expect((await ask(`http://localhost:${simulator.port}/health`)).status).toBe(200);
});

test("a killed server refuses until it is started, however often that happens", async () => {
  const simulator = await running();
  for (let round = 0; round < 3; round += 1) {
    await simulator.control.kill();
    expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
    await simulator.control.start();
    expect((await ask(`${simulator.url}/health`)).status).toBe(200);
  }
});

test("kill cuts the answers that are under way", async () => {
  const simulator = await running({ firstTokenMs: 60_000 });
  const pending = failure(chat(simulator));
  await vi.waitFor(() => expect(simulator.seen.inFlight).toBe(1));
  await simulator.control.kill();
  expect(await pending).toBe("ECONNRESET");
});

test("refuse turns new connections away while a stream goes on to its end", async () => {
  const simulator = await running({ tokensPerSecond: 200 });
  const stream = await openStream(simulator, { max_tokens: 20 });
  await simulator.control.refuse();
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
  const events = eventsOf(Buffer.concat(await stream.toArray()).toString());
  expect(events.at(-1)).toBe("[DONE]");
  expect(contentOf(events).split(" ")).toHaveLength(20);
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
});

test("start during refuse listens again beside the old stream", async () => {
  const simulator = await running({ tokensPerSecond: 100 });
  const stream = await openStream(simulator, { max_tokens: 1000 });
  await simulator.control.refuse();
  await simulator.control.start();
  expect((await ask(`${simulator.url}/health`)).status).toBe(200);
  expect(stream.complete).toBe(false);
  stream.destroy();
});

test("start ends a loading early, and the old timer does not fire later", async () => {
  const simulator = await running();
  await simulator.control.load(40);
  await simulator.control.start();
  await simulator.control.kill();
  await new Promise((resolve) => {
    setTimeout(resolve, 80);
  });
  expect(simulator.control.state().state).toBe("down");
});

test("restart moves the start time and empties the counters without a refused connection", async () => {
  let now = 1_000_000_000_000;
  const simulator = await running({ now: () => now });
  await chat(simulator);
  now += 5000;
  const { port } = simulator;
  const restarted = simulator.control.restart();
  const meanwhile = ask(`http://127.0.0.1:${port}/health`);
  await restarted;
  expect(simulator.control.state().state).toBe("ready");
  expect((await meanwhile).status).toBe(200);
  expect(await metric(simulator, "process_start_time_seconds ")).toBe(1_000_000_005);
  expect(await metric(simulator, "vllm:generation_tokens_total")).toBe(0);
});

test("restart cuts what is under way, and brings back a server that was down", async () => {
  const simulator = await running({ firstTokenMs: 60_000 });
  const pending = failure(chat(simulator));
  await vi.waitFor(() => expect(simulator.seen.inFlight).toBe(1));
  await simulator.control.restart();
  expect(await pending).toBe("ECONNRESET");
  await simulator.control.kill();
  await simulator.control.restart();
  expect((await ask(`${simulator.url}/health`)).status).toBe(200);
});

test("a vLLM that loads is refused, whatever is to be seen of it", async () => {
  const simulator = await running({ loadMs: 60_000, loadAs: "starting" });
  expect(simulator.control.state().state).toBe("loading");
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
});

test("a kind that listens while it loads is ready when the time is up, or when it is started", async () => {
  const simulator = await running({ kind: "sglang", loadMs: 20, loadAs: "starting" });
  await simulator.whenReady();
  expect(simulator.control.state().state).toBe("ready");
  await simulator.control.load(60_000, { as: "starting" });
  expect(simulator.control.state().state).toBe("starting");
  await simulator.control.start();
  expect(simulator.control.state().state).toBe("ready");
  await simulator.control.load(60_000, { as: "starting" });
  await simulator.control.kill();
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
});

test("changes that are asked for at once happen one after the other", async () => {
  const simulator = await running();
  const { control } = simulator;
  await Promise.all([control.kill(), control.start(), control.load(60_000), control.kill(), control.start()]);
  expect(control.state().state).toBe("ready");
  expect((await ask(`${simulator.url}/health`)).status).toBe(200);
});
