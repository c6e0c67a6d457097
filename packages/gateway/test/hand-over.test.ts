import { createServer } from "node:net";
import { Agent, request, type IncomingMessage } from "node:http";
import path from "node:path";
import { EXIT } from "@rollcall/runtime";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Held } from "../src/generations/held.ts";
import { startGateway, type RunningGateway } from "../src/index.ts";
import { OWN_ENTRY } from "../src/main/start.ts";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway, type Place } from "./harness.ts";

interface Generation {
  readonly gateway: Gateway;
  readonly running: RunningGateway;
  readonly door: string;
}

/** A generation of its own port, with a door for late requests. */
async function generation(places: readonly Place[], isPortKept = false): Promise<Generation> {
  let running: RunningGateway | null = null;
  let door = "";
  const gateway = await gatewayFor(
    { chat: places },
    {
      gateway: { drain: "10s" },
      start: async (options) => {
        door = path.join(path.dirname(options.configFile), "door");
        running = await startGateway(options, { entry: { ...OWN_ENTRY, isPortKept, door } });
        return running;
      },
    },
  );
  if (running === null) throw new Error("not started");
  return { gateway, running, door };
}

function agent(): Agent {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => kept.destroy());
  return kept;
}

interface Sent {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

function send(
  url: string,
  kept: Agent,
  { method = "POST", body = {}, route = "/v1/chat/completions" } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" };
    const asking = request(url + route, { method, agent: kept, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asking.on("error", reject);
    // In chunks: no length is announced.
    if (method === "POST") asking.write(JSON.stringify({ model: "chat", messages: MESSAGES, ...body }));
    asking.end();
  });
}

test("what is under way goes on; what comes on kept connections the next generation answers, as their last", async () => {
  const [slow, fast] = [await simulator({ tokensPerSecond: 20 }), await simulator({ tokensPerSecond: 200 })];
  const older = await generation([{ url: slow.url, params: { max_parallel_requests: 4 } }]);
  const newer = await generation([fast]);
  const { url } = older.gateway;
  const [json, stream, head] = [agent(), agent(), agent()];
  for (const kept of [json, stream, head]) await send(url, kept, { method: "GET", route: "/livez" });
  const own = agent();
  const running = send(url, own, { body: { stream: true, max_tokens: 20 } });
  await vi.waitFor(() => expect(slow.seen.inFlight).toBe(1));

  const told: Held[] = [];
  const ended = older.running.handOver({ door: newer.door, tell: (held) => void told.push(held) });
  // At once: before this nothing of the next generation may begin.
  expect(told).toEqual([{ "chat-1": 1 }]);
  const refused = await fetch(`${url}/livez`).catch((fault: unknown) => fault);
  expect((refused as { cause?: { code?: string } }).cause?.code).toBe("ECONNREFUSED");

  const late = await send(url, json);
  expect(late).toMatchObject({
    status: 200,
    headers: { connection: "close", "x-rollcall-deployment": "chat-1" },
  });
  const streamed = await send(url, stream, { body: { stream: true, max_tokens: 5 } });
  expect(streamed.headers).toMatchObject({
    connection: "close",
    "content-type": "text/event-stream; charset=utf-8",
  });
  expect(streamed.text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect((await send(url, head, { method: "HEAD", route: "/livez" })).status).toBe(200);
  expect([slow.seen.completed, fast.seen.completed]).toEqual([0, 2]);

  const { status, text } = await running;
  expect([status, text.endsWith("data: [DONE]\n\n")]).toEqual([200, true]);
  // One that was told nothing stays open until its client leaves it.
  own.destroy();
  expect(await ended).toBe(EXIT.ok);
  expect(told).toEqual([{ "chat-1": 1 }, {}]);
});

test("of a limit the next generation has what the older one does not hold", async () => {
  const backend = await simulator({ tokensPerSecond: 200 });
  const { gateway, running } = await generation([{ url: backend.url, params: { max_parallel_requests: 2 } }]);
  void running;
  let hold: (held: Held) => void = () => {};
  const newer = await gatewayFor(
    { chat: [{ url: backend.url, params: { max_parallel_requests: 2 } }] },
    {
      start: (options) =>
        startGateway(options, {
          entry: {
            ...OWN_ENTRY,
            begin: (told) => {
              hold = told;
              hold({ "chat-1": 2, gone: 1 });
              return Promise.resolve();
            },
          },
        }),
    },
  );
  expect((await newer.chat()).status).toBe(429);
  hold({ "chat-1": 1 });
  expect((await newer.chat()).status).toBe(200);
  hold({});
  expect((await newer.chat()).status).toBe(200);
  expect((await gateway.chat()).status).toBe(200);
});

test("without a next generation behind the door a late request is told to come again", async () => {
  const older = await generation([await simulator()]);
  const kept = agent();
  await send(older.gateway.url, kept, { method: "GET", route: "/livez" });
  // Something that takes connections and lets them go.
  const gone = createServer((socket) => socket.destroy()).listen(`${older.door}-gone`);
  onTestFinished(() => void gone.close());
  const ended = older.running.handOver({ door: `${older.door}-gone`, tell: () => {} });
  const { status, headers } = await send(older.gateway.url, kept);
  expect([status, headers.connection, headers["retry-after"]]).toEqual([503, "close", "1"]);
  expect(await ended).toBe(EXIT.ok);
});

test("a port that somebody else keeps open answers while the gateway stops", async () => {
  const backend = await simulator({ tokensPerSecond: 20 });
  const { gateway } = await generation([backend], true);
  const running = gateway.chat({ stream: true, max_tokens: 30 });
  await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
  const stopping = gateway.stop();
  const refused = await fetch(`${gateway.url}/v1/models`);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(((await refused.json()) as { error: { code: string } }).error.code).toBe("gateway_stopping");
  expect((await running).text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(await stopping).toBe(EXIT.ok);
});
