import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startSimulator, type TerminateAs } from "@rollcall/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, RunningCommand, temporary, up, whenReady } from "./harness.ts";
import { OpenStream } from "./open-streams.ts";

const NAME = "gpt-oss-120b";

interface Entry {
  readonly url: string;
  readonly weight?: number;
}

function written(entries: readonly Entry[], own = "{}"): string {
  const list = entries.map(
    ({ url, weight = 1 }) => `  - model_name: chat
    litellm_params: {model: openai/${NAME}, api_base: "${url}", weight: ${weight}}`,
  );
  return `model_list:\n${list.join("\n")}\ngeneral_settings: {master_key: sk-test}\nrollcall: ${own}\n`;
}

/** Gateway and prober as people run them, with default intervals; the snapshot goes by file, or over HTTP. */
async function running(
  entries: readonly Entry[],
  { workers = 1, carrier = "file" }: { workers?: number; carrier?: "file" | "http" } = {},
): Promise<{ gateway: string; prober: string }> {
  const files = temporary({ "config.yaml": written(entries) });
  const config = files.path("config.yaml");
  const args = ["--workers", String(workers)];
  if (carrier === "file") {
    const pair = await up(config, { args });
    onTestFinished(async () => {
      await pair.command.stop();
      files.remove();
    });
    await whenReady(pair);
    return pair;
  }
  const prober = new RunningCommand(["prober", "--config", config, "--port", "0"]);
  const [, origin = ""] = await prober.sees(/"service":"prober","address":"([^"]+)"/);
  const apart = temporary({ "config.yaml": written(entries, `{state: {probers: ["${origin}"]}}`) });
  const command = new RunningCommand([
    "gateway",
    "--config",
    apart.path("config.yaml"),
    "--port",
    "0",
    ...args,
  ]);
  onTestFinished(async () => {
    await Promise.all([command.stop(), prober.stop()]);
    apart.remove();
    files.remove();
  });
  const [, gateway = ""] = await command.sees(/"service":"gateway","address":"([^"]+)"/);
  await whenReady({ command, gateway, prober: origin });
  return { gateway, prober: origin };
}

const silentFor = (open: readonly OpenStream[]) =>
  Date.now() - Math.max(...open.flatMap(({ contentAt }) => contentAt));

describe("a vLLM that is asked to end with 200 streams, queued and running, beside a good replica", () => {
  it.each<[as: TerminateAs, how: Parameters<typeof running>[1]]>([
    ["silent", {}],
    ["silent", { carrier: "http", workers: 2 }],
    ["aborted", {}],
  ])("leaves none empty or silent: %s, %j", { timeout: 60_000 }, async (as, how) => {
    const bad = await startSimulator({ servedNames: [NAME], tokensPerSecond: 5, maxNumSeqs: 16 });
    const good = await startSimulator({ servedNames: [NAME], tokensPerSecond: 0 });
    onTestFinished(async () => void (await Promise.all([bad.close(), good.close()])));
    // A backup gets nothing before the other one is gone: all 200 are there.
    const { gateway } = await running([{ url: bad.url }, { url: good.url, weight: 0 }], how);
    const streams = Array.from(
      { length: 200 },
      () => new OpenStream(gateway, { model: "chat", max_tokens: 100 }),
    );
    await eventually(
      () => bad.seen.inFlight === 200 && streams.filter(({ hasBegun }) => hasBegun).length === 16,
    );
    const begun = streams.filter(({ hasBegun }) => hasBegun);
    const queued = streams.filter(({ hasBegun }) => !hasBegun);
    const askedToEnd = Date.now();
    await bad.control.terminate({ as });
    const refusedAt = Date.now();
    await Promise.all(streams.map(({ ended }) => ended));
    const after = begun.map(({ endedAt }) => endedAt - refusedAt);
    process.stdout.write(
      `SIGTERM, ${as}, ${JSON.stringify(how)}: ${begun.length} running told ${Math.min(...after)} to ${Math.max(...after)} ms after the port refused, which was ${refusedAt - askedToEnd} ms after SIGTERM; ${queued.length} queued, the last one answered after ${Math.max(...queued.map(({ endedAt }) => endedAt - refusedAt))} ms\n`,
    );
    expect(begun.filter(({ isTold }) => !isTold).map(({ text }) => text.slice(-300))).toEqual([]);
    expect(queued.filter(({ isWhole }) => !isWhole).map(({ text }) => text.slice(-300))).toEqual([]);
    // The prober asks there, too, whether the route exists: for no model.
    const chats = good.seen.requests.filter(
      ({ path, model }) => path.endsWith("/chat/completions") && model !== undefined,
    );
    expect(chats).toHaveLength(queued.length);
    expect(Math.max(...after)).toBeLessThan(4_000);
  });
});

/** A server that closes its port and goes on with what it has, as uvicorn drains: an event each 500 ms, one with a pause. */
async function drainingServer() {
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const list = { object: "list", data: [{ id: NAME, object: "model", owned_by: "vllm" }] };
      response.setHeader("content-type", "application/json").end(JSON.stringify(list));
      return;
    }
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      open.add(response);
      response.on("close", () => open.delete(response));
      void stream(response, body.includes('"pause"') ? 10_000 : 500);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, open, close: () => void server.close() };
}

const EVENTS_MS = 10_000;

async function stream(response: ServerResponse, everyMs: number): Promise<void> {
  const event = (choice: object) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: NAME, choices: [{ index: 0, ...choice }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let passed = 0; passed < EVENTS_MS; passed += everyMs) {
    response.write(event({ delta: { content: "a" }, finish_reason: null }));
    await new Promise((resolve) => {
      setTimeout(resolve, everyMs);
    });
  }
  response.end(`${event({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`);
}

describe("a pod that drains behind a closed port", () => {
  it(
    "keeps its 50 streams with an event each 500 ms, and one with a pause of 10 s",
    {
      timeout: 60_000,
    },
    async () => {
      const pod = await drainingServer();
      const { gateway, prober } = await running([{ url: pod.url }], { workers: 2, carrier: "http" });
      const streams = [
        new OpenStream(gateway, { model: "chat", user: "pause" }),
        ...Array.from({ length: 50 }, () => new OpenStream(gateway, { model: "chat" })),
      ];
      await eventually(() => streams.every(({ hasBegun }) => hasBegun));
      // By then the one that pauses has been silent for longer than any rule waits.
      await eventually(() => silentFor(streams.slice(0, 1)) > 2_500);
      pod.close();
      await eventually(async () => (await (await fetch(`${prober}/status`)).text()).includes("refusedSince"));
      expect(silentFor(streams.slice(0, 1))).toBeLessThan(9_000);
      await Promise.all(streams.map(({ ended }) => ended));
      expect(streams.filter(({ isWhole }) => !isWhole).map(({ text }) => text.slice(-300))).toEqual([]);
    },
  );
});

describe("an engine that hangs behind an open port", () => {
  it("keeps its streams, which go on when it does", { timeout: 60_000 }, async () => {
    const backend = await startSimulator({ servedNames: [NAME], tokensPerSecond: 20 });
    onTestFinished(() => backend.close());
    const { gateway } = await running([{ url: backend.url }]);
    const streams = Array.from(
      { length: 20 },
      () => new OpenStream(gateway, { model: "chat", max_tokens: 20 }),
    );
    await eventually(() => streams.every(({ hasBegun }) => hasBegun));
    const before = backend.seen.count("/v1/models");
    backend.control.fault("engine-stopped");
    await eventually(() => silentFor(streams) > 5_000);
    expect(streams.filter(({ endedAt }) => endedAt > 0)).toEqual([]);
    // A look at once, and one each interval.
    expect(backend.seen.count("/v1/models") - before).toBeLessThan(8);
    backend.control.fault(null);
    await Promise.all(streams.map(({ ended }) => ended));
    expect(streams.filter(({ isWhole }) => !isWhole).map(({ text }) => text.slice(-300))).toEqual([]);
  });
});
