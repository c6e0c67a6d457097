import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ask, failure, type Reply } from "../../test/ask.ts";
import { chat } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import { FAULT_NAMES } from "../faults/catalogue.ts";
import type { Simulator } from "../index.ts";
import { COMMANDS } from "./commands.ts";
import { startControlServer } from "./control-server.ts";

async function controlled(): Promise<{ simulator: Simulator; url: string }> {
  const simulator = await running({ apiKeys: ["k1"] });
  const server = await startControlServer(simulator);
  onTestFinished(() => server.close());
  return { simulator, url: server.url };
}

function post(url: string, json: object = {}): Promise<Reply> {
  return ask(url, { json });
}

test("GET / shows the state, what was seen, the switches and the faults", async () => {
  const { simulator, url } = await controlled();
  await ask(`${simulator.url}/health`);
  const shown = (await ask(url)).json();
  expect(shown).toMatchObject({
    url: simulator.url,
    ...simulator.control.state(),
    seen: { requests: 1, completed: 1, inFlight: 0, cancelled: 0 },
  });
  expect(Object.keys(shown.faults)).toEqual(FAULT_NAMES);
  expect(Object.keys(shown.switches)).toContain("POST /rename");
});

test.each([
  ["/rename", { names: ["a", "b"] }, { servedNames: ["a", "b"] }],
  ["/loras", { names: ["sql"] }, { loras: ["sql"] }],
  ["/unload-adapter", { name: "sql" }, { loras: [] }],
  ["/version", { version: "0.27.0" }, { version: "0.27.0" }],
  ["/metrics-style", { style: "no-stats" }, { metricsStyle: "no-stats" }],
  ["/root", { root: "/w" }, { root: "/w" }],
  ["/max-model-len", { tokens: 10 }, { maxModelLen: 10 }],
  ["/keys", { keys: [] }, { apiKeys: [] }],
  ["/speed", { tokensPerSecond: 5 }, { tokensPerSecond: 5, firstTokenMs: 0 }],
  ["/speed", { firstTokenMs: 7 }, { tokensPerSecond: 0, firstTokenMs: 7 }],
  ["/error-bodies", { style: "rust" }, { errorBodies: "rust" }],
  ["/clock", { offsetMs: -5 }, { clockOffsetMs: -5 }],
  ["/load", { ms: 60_000 }, { state: "loading" }],
  ["/load", { ms: 60_000, as: "starting" }, { state: "loading" }],
  ["/restart", {}, { state: "ready" }],
  ["/kill", {}, { state: "down" }],
  ["/refuse", {}, { state: "down" }],
  ["/start", {}, { state: "ready" }],
  ["/fault", { name: "hang", count: 2 }, { fault: "hang", faultLeft: 2 }],
  ["/fault", { name: null }, { fault: null }],
] as const)("POST %s %j switches and answers with the new state", async (path, body, state) => {
  const { simulator, url } = await controlled();
  const reply = await post(url + path, body);
  expect(reply.status).toBe(200);
  expect(reply.json()).toMatchObject(state);
  expect(simulator.control.state()).toMatchObject(state);
});

const HERE = fileURLToPath(import.meta.url);

test("every switch works with the body that GET / shows for it", async () => {
  const { url } = await controlled();
  for (const [path, { body }] of Object.entries(COMMANDS)) {
    expect(await ask(url + path, { method: "POST", raw: body.replace("chat.http", HERE) })).toMatchObject({
      status: 200,
    });
  }
});

test("reset over HTTP leads back", async () => {
  const { simulator, url } = await controlled();
  const before = simulator.control.state();
  await post(`${url}/rename`, { names: ["x"] });
  await post(`${url}/kill`);
  expect(await failure(ask(`${simulator.url}/health`))).toBe("ECONNREFUSED");
  expect((await ask(`${url}/reset`, { method: "POST" })).json()).toEqual(before);
  expect((await ask(`${simulator.url}/health`)).status).toBe(200);
});

test("the options of a fault arrive", async () => {
  const { simulator, url } = await controlled();
  await post(`${url}/keys`, { keys: [] });
  await post(`${url}/fault`, { name: "error-mid-stream", after: 0 });
  expect((await chat(simulator, { stream: true })).text).toMatch(/^data: \{"error"/);
  await post(`${url}/fault`, { name: "redirect", location: "/elsewhere" });
  expect((await ask(`${simulator.url}/v1/models`)).headers["location"]).toBe("/elsewhere");
});

test.each([
  ["/rename", "{}", "names: expected a list of at least one string, found nothing"],
  ["/rename", '{"names":[]}', "names: expected a list of at least one string, found []"],
  ["/rename", '{"names":"a"}', 'names: expected a list of at least one string, found "a"'],
  ["/rename", '{"names":["a"],"nmae":1}', "unknown field nmae: expected names"],
  ["/kill", '{"now":true}', "unknown field now: expected no fields"],
  ["/keys", '{"keys":[1]}', "keys: expected a list of strings, found [1]"],
  ["/root", '{"root":1}', "root: expected a string, found 1"],
  ["/load", '{"ms":-1}', "ms: expected a number from 0 on, found -1"],
  ["/max-model-len", '{"tokens":1.5}', "tokens: expected a whole number from 1 on, found 1.5"],
  ["/clock", '{"offsetMs":"1"}', 'offsetMs: expected a number, found "1"'],
  ["/error-bodies", '{"style":"x"}', 'style: expected one of nested, flat, rust, found "x"'],
  ["/fault", '{"name":"hang","count":0}', "count: expected a whole number from 1 on, found 0"],
  ["/replay", '{"path":"/x","file":"none"}', 'file: expected a file that is there, or null, found "none"'],
  ["/terminate", '{"as":"x"}', 'as: expected one of aborted, silent, found "x"'],
  ["/fault", "{", 'body: expected a JSON object, found "{"'],
  ["/fault", "[]", "body: expected a JSON object, found []"],
])("POST %s %s is 400 and switches nothing", async (path, raw, error) => {
  const { simulator, url } = await controlled();
  const before = simulator.control.state();
  const reply = await ask(url + path, { method: "POST", raw });
  expect(reply.status).toBe(400);
  expect(reply.json()).toEqual({ error });
  expect(simulator.control.state()).toEqual(before);
});

test("an unknown fault is told together with the known ones", async () => {
  const { url } = await controlled();
  const { status, text } = await post(`${url}/fault`, { name: "nonsense" });
  expect(status).toBe(400);
  expect(text).toContain("nginx-502");
  expect(text).toContain("nonsense");
});

test("unknown paths, wrong methods and long bodies are turned away", async () => {
  const { url } = await controlled();
  const unknown = await ask(`${url}/nothing`);
  expect(unknown.status).toBe(404);
  expect(unknown.text).toContain("/rename");
  expect(await ask(`${url}/kill`)).toMatchObject({ status: 405 });
  const long = await post(`${url}/root`, { root: "x".repeat(1_000_000) });
  expect(long.status).toBe(413);
  expect(long.json()).toEqual({ error: "the body is longer than 65536 bytes" });
});
