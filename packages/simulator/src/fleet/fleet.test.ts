import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ask, failure, open, soon } from "../../test/ask.ts";
import { running } from "../../test/running.ts";
import { type Fleet, type FleetOptions, startFleet } from "./fleet.ts";
import { commandFleet } from "./fleet-command.ts";

const now = (): number => 1_755_400_000_000;

async function fleetOf(options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await startFleet({ backends: 3, namesEach: 2, now, ...options });
  onTestFinished(() => fleet.close());
  return fleet;
}

async function namesAt(url: string): Promise<string[]> {
  const { data } = (await ask(`${url}/v1/models`)).json();
  return data.map((card: { id: string }) => card.id);
}

test("a card and its headers are those of the simulator, apart from the random id", async () => {
  const fleet = await fleetOf();
  const simulator = await running({ servedNames: ["m1-0", "m1-1"], now });
  const plain = (text: string): string => text.replaceAll(/modelperm-[0-9a-f]{16}/g, "modelperm-X");
  const [one, other] = [await ask(`${fleet.urlOf(1)}/v1/models`), await ask(`${simulator.url}/v1/models`)];
  expect(plain(one.text)).toBe(plain(other.text));
  expect(one.headers).toEqual(other.headers);
});

test.each([false, true])("every backend serves its own names (own ports: %s)", async (ownPorts) => {
  const fleet = await fleetOf({ ownPorts });
  for (const index of [0, 1, 2]) {
    expect(await namesAt(fleet.urlOf(index))).toEqual([`m${index}-0`, `m${index}-1`]);
    expect(await ask(`${fleet.urlOf(index)}/health`)).toMatchObject({ status: 200, text: "" });
    expect(fleet.askedOf(index)).toBe(2);
  }
  const listed = (await ask(fleet.url)).json().backends;
  expect(listed).toEqual([0, 1, 2].map((index) => fleet.urlOf(index)));
});

test("what is not there is 404", async () => {
  const { url } = await fleetOf();
  for (const path of ["/b/3/v1/models", "/b/x/health", "/b/0", "/v1/models", "/b/0/v1/v1/models"]) {
    expect((await ask(url + path)).status).toBe(404);
  }
  expect((await ask(`${url}/b/0/v1/embeddings`, { json: {} })).status).toBe(404);
});

test("nobody generates, and a body is not taken for the next request", async () => {
  const { url } = await fleetOf();
  const json = { messages: "GET /b/0/health HTTP/1.1\r\n\r\n" };
  expect((await ask(`${url}/b/0/v1/chat/completions`, { json })).status).toBe(400);
});

test("a backend that hangs leaves the others alone", async () => {
  const fleet = await fleetOf();
  await fleet.switch(0, "hang");
  expect(await soon(failure(ask(`${fleet.urlOf(0)}/health`)))).toBe("pending");
  expect(await namesAt(fleet.urlOf(1))).toHaveLength(2);
  await fleet.switch(0, "well");
  expect(await namesAt(fleet.urlOf(0))).toHaveLength(2);
});

test("an endless body goes on as long as it is read, and the others are served meanwhile", async () => {
  const fleet = await fleetOf();
  await fleet.switch(0, "endless");
  const response = await open(`${fleet.urlOf(0)}/v1/models`);
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > 5_000_000) break;
  }
  expect(length).toBeGreaterThan(5_000_000);
  expect((await ask(`${fleet.urlOf(0)}/health`)).status).toBe(200);
  expect(await namesAt(fleet.urlOf(1))).toHaveLength(2);
});

test("a dripping list promises all of it and does not come at once", async () => {
  const fleet = await fleetOf();
  await fleet.switch(0, "drip");
  const response = await open(`${fleet.urlOf(0)}/v1/models`);
  expect(Number(response.headers["content-length"])).toBeGreaterThan(400);
  const [first] = await once(response, "data");
  expect(String(first)).toBe("{");
  response.destroy();
});

test("a redirect and another name are seen at the next look", async () => {
  const fleet = await fleetOf();
  await fleet.switch(0, "redirect");
  const reply = await ask(`${fleet.urlOf(0)}/v1/models`);
  expect(reply).toMatchObject({ status: 302, headers: { location: "/login" } });
  fleet.rename(1, ["other"]);
  expect(await namesAt(fleet.urlOf(1))).toEqual(["other"]);
});

test.each([
  [true, "ECONNREFUSED"],
  [false, "ECONNRESET"],
])("a backend that is down cannot be reached (own ports: %s)", async (ownPorts, code) => {
  const fleet = await fleetOf({ ownPorts });
  const url = fleet.urlOf(2);
  await fleet.switch(2, "down");
  expect(await failure(ask(`${url}/health`))).toBe(code);
  await fleet.switch(2, "well");
  expect((await ask(`${url}/health`)).status).toBe(200);
});

test("requests that arrive in pieces or together are each answered once", async () => {
  const fleet = await fleetOf();
  const socket = connect(Number(new URL(fleet.url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
  socket.write("GET /b/0/hea");
  socket.write("lth HTTP/1.1\r\nhost: x\r\n\r\n");
  socket.write(get("/b/1/health") + get("/b/2/health", "Connection: close\r\n") + get("/b/0/health"));
  await once(socket, "end");
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  expect([0, 1, 2].map((index) => fleet.askedOf(index))).toEqual([1, 1, 1]);
});

test.each([
  ['{"backends":[0,2],"switch":"redirect"}', 2, 302],
  ['{"backends":"all","switch":"redirect"}', 3, 302],
  ['{"backends":[0],"names":["x"]}', 1, 200],
])("the line %s switches %i", async (line, switched, status) => {
  const fleet = await fleetOf();
  expect(await commandFleet(fleet, line)).toBe(switched);
  expect((await ask(`${fleet.urlOf(0)}/v1/models`)).status).toBe(status);
});

test.each([
  ['{"backends":[0,3],"switch":"hang"}', "backend 3: expected 0 to 2"],
  ['{"backends":[0],"switch":"x"}', "switch: expected one of well, hang, drip, endless, redirect, down"],
  ['{"backends":[-1]}', 'backends: expected "all" or a list'],
  ["nonsense", "expected a JSON object"],
])("the line %s switches nothing", async (line, words) => {
  const fleet = await fleetOf();
  await expect(commandFleet(fleet, line)).rejects.toThrow(words);
  expect((await ask(`${fleet.urlOf(0)}/v1/models`)).status).toBe(200);
});

test("the metrics are those of an idle engine, as long as vLLM's", async () => {
  const fleet = await startFleet({ backends: 2 });
  const page = await (await fetch(`${fleet.urlOf(1)}/metrics`)).text();
  await fleet.close();
  expect(page).toMatch(/^vllm:num_requests_running\{[^}]*\} 0/m);
  expect(page.length).toBeGreaterThan(40_000);
});
