import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EXIT, REFRESH_MS } from "@rollcall/runtime";
import type { SimulatorOptions } from "@rollcall/simulator";
import { pause } from "@rollcall/testkit";
import { startProcess, type GatewayProcess } from "./gateway-process.ts";
import {
  BACKEND_KEY,
  gatewayFor,
  MASTER_KEY,
  MESSAGES,
  simulator,
  type Answer,
  type Gateway,
  type Place,
} from "./harness.ts";

const SOON = { timeout: 10_000, interval: 20 };
/** Well below the second after which files are looked at anyway. */
const AT_ONCE = { timeout: 600, interval: 10 };

/** Two workers, unless told otherwise, as processes behind one port. */
async function crew(
  {
    backend = {},
    settings = {},
    place,
  }: { backend?: SimulatorOptions; settings?: object; place?: Place } = {},
  files: readonly (readonly [name: string, text: string])[] = [],
) {
  const server = await simulator(backend);
  const started: GatewayProcess[] = [];
  const gateway = await gatewayFor(
    { chat: [place ?? server] },
    {
      gateway: { workers: 2, drain: "15s", access_log: true },
      files: Object.fromEntries(files),
      start: async (options) => {
        const one = await startProcess(options);
        started.push(one.process);
        return one;
      },
      ...settings,
    },
  );
  const [parent] = started;
  if (parent === undefined) throw new Error("the gateway did not start");
  return { backend: server, gateway, parent };
}

/** The processes of the workers, by their numbers in the log. */
function pidsOf({ lines }: GatewayProcess): ReadonlyMap<number, number> {
  const first = lines.find(({ msg }) => msg === "gateway listens")?.["pids"] as readonly number[];
  const pids = new Map(first.map((pid, index) => [index + 1, pid]));
  for (const { msg, worker, pid } of lines) {
    if (msg === "worker restarted") pids.set(worker as number, pid as number);
  }
  return pids;
}

function pidOf(parent: GatewayProcess, worker: number): number {
  const pid = pidsOf(parent).get(worker);
  if (pid === undefined) throw new Error(`there is no worker ${worker}`);
  return pid;
}

/** One connection, kept: it stays with the worker that the kernel gave it to. */
class Connection {
  readonly #client: Client;
  readonly worker: number;

  private constructor(client: Client, worker: number) {
    this.#client = client;
    this.worker = worker;
  }

  static async open(gateway: Gateway, parent: GatewayProcess): Promise<Connection> {
    const client = new Client(gateway.url, { keepAliveTimeout: 60_000 });
    onTestFinished(() => client.destroy());
    const { headers } = await askOn(client, "/v1/chat/completions", { body: { ...CHAT, max_tokens: 1 } });
    const served = await vi.waitFor(() => {
      const line = parent.lines.find(({ requestId }) => requestId === headers["x-request-id"]);
      if (line === undefined) throw new Error("not logged yet");
      return line;
    }, SOON);
    return new Connection(client, served["worker"] as number);
  }

  /** Connections until both workers have as many as asked for. */
  static async toBoth(gateway: Gateway, parent: GatewayProcess, each = 1): Promise<readonly Connection[]> {
    const found: Connection[] = [];
    const of = (number: number) => found.filter(({ worker }) => worker === number).slice(0, each);
    while (of(1).length < each || of(2).length < each) found.push(await Connection.open(gateway, parent));
    return [...of(1), ...of(2)];
  }

  chat(fields: object = {}, key?: string): Promise<Pick<Answer, "status" | "headers" | "text">> {
    return askOn(this.#client, "/v1/chat/completions", { body: { ...CHAT, ...fields }, ...(key && { key }) });
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return JSON.parse((await askOn(this.#client, path, {})).text) as Record<string, unknown>;
  }

  async metrics(): Promise<string> {
    return (await askOn(this.#client, "/metrics", {})).text;
  }
}

const KEYED = { authorization: `Bearer ${MASTER_KEY}` };
const CHAT = { model: "chat", messages: MESSAGES };
/** A stream that goes on for a second or two, as fast as the backends here are. */
const LONG = { stream: true, max_tokens: 24 };

async function askOn(
  client: Client,
  path: string,
  { body, key = MASTER_KEY }: { body?: object; key?: string },
): Promise<Pick<Answer, "status" | "headers" | "text">> {
  const answer = await client.request({
    path,
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

function requestsIn(text: string): number {
  return Number(
    /requests_total\{alias="chat",endpoint="chat_completions",status="200"\} (\d+)/.exec(text)?.[1],
  );
}

const isWhole = ({ text }: { text: string }) => text.endsWith("data: [DONE]\n\n");

/** Its streams begin; those of the user "flows" bring an event each 200 ms until they are to be still. */
async function pausingServer() {
  const event = 'data: {"model":"up","choices":[{"delta":{"content":"a"}}]}\n\n';
  const timers = new Set<NodeJS.Timeout>();
  const still = () => timers.forEach((timer) => clearInterval(timer));
  let streams = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      if (!body.includes('"stream":true')) {
        response.end('{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}');
        return;
      }
      streams += 1;
      response.writeHead(200, { "content-type": "text/event-stream" }).write(event);
      if (body.includes('"flows"')) timers.add(setInterval(() => response.write(event), 200));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    still();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { place: { url }, streams: () => streams, still };
}

describe("several workers", () => {
  test("share one port, and are one gateway to whoever reads the log", async () => {
    const { gateway, parent } = await crew();
    const connections = await Connection.toBoth(gateway, parent);
    for (const one of connections) expect((await one.chat()).status).toBe(200);
    const listens = parent.lines.filter(({ msg }) => msg.includes("listens"));
    expect(listens).toMatchObject([{ msg: "gateway listens", address: gateway.url, workers: 2 }]);
    expect(listens[0]).not.toHaveProperty("worker");
    // They know each other's requests, and log as one of them is told to.
    const ids = parent.lines.flatMap(({ msg, requestId }) => (msg === "request" ? [String(requestId)] : []));
    for (const one of connections)
      for (const id of ids) {
        const { found } = await one.json(`/explain/request/${id}`);
        expect(found).toMatchObject({ requestId: id, alias: "chat" });
      }
    const [first] = connections;
    expect(await first?.json("/explain/request/r-0")).toMatchObject({ found: null, capacity: 10_000 });
    expect((await gateway.ask("/logging?level=error", { method: "POST", headers: KEYED })).status).toBe(200);
    const isOrdered = async () => {
      const all = await Promise.all(connections.map((one) => one.json("/logging")));
      expect(all).toEqual(all.map(() => ({ level: "error", by: "order" })));
    };
    await vi.waitFor(isOrdered, SOON);
    const later = await Promise.all(connections.map((one) => one.chat()));
    // The lines of an access log are up to 200 ms late.
    await pause(400);
    const silent = new Set(later.map(({ headers }) => headers["x-request-id"]));
    expect(parent.lines.filter(({ requestId }) => silent.has(String(requestId)))).toEqual([]);
  }, 60_000);

  test("hear of a server for each other before its streams end behind a closed port", async () => {
    const { place, streams, still } = await pausingServer();
    const { gateway, parent } = await crew({ place });
    const [first, second] = await Connection.toBoth(gateway, parent);
    const ended: string[] = [];
    const open = async (one: Connection | undefined, user: string) => {
      const answer = await one?.chat({ stream: true, user });
      ended.push(`${user} ${answer?.text.includes("upstream_cut")}`);
    };
    const ends = [open(first, "pauses"), open(second, "flows")];
    await vi.waitFor(() => expect(streams()).toBe(2), SOON);
    const closed = () => gateway.tell({ "chat-1": { reason: "down", refusedSince: Date.now() } }, 60_000);
    await closed();
    await pause(4_000);
    expect(ended).toEqual([]);
    // Nobody hears of it any more.
    still();
    await closed();
    await Promise.all(ends);
    expect(ended.toSorted()).toEqual(["flows true", "pauses true"]);
  }, 60_000);

  test("are told apart by name in a list of processes", async () => {
    const { parent } = await crew();
    const named = [parent.pid, pidOf(parent, 1), pidOf(parent, 2)].map((pid) =>
      execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).trim(),
    );
    expect(named).toEqual(["rollcall gateway", "rollcall gateway worker 1", "rollcall gateway worker 2"]);
  });

  test("have one /metrics, whichever of them is asked", async () => {
    const { gateway, parent } = await crew();
    const connections = await Connection.toBoth(gateway, parent, 2);
    const before = requestsIn(await gateway.metrics());
    for (const one of connections) await one.chat();
    for (const one of connections) {
      const text = await one.metrics();
      expect(requestsIn(text)).toBe(before + connections.length);
      expect(text).toContain("rollcall_gateway_workers 2\n");
      expect(text).toContain("rollcall_gateway_config_generation 1\n");
    }
  });

  test("still have it while one of them does not answer", async () => {
    const { gateway, parent } = await crew();
    const [first, second] = await Connection.toBoth(gateway, parent);
    const before = requestsIn((await first?.metrics()) ?? "");
    const pid = pidOf(parent, 2);
    process.kill(pid, "SIGSTOP");
    onTestFinished(() => void process.kill(pid, "SIGCONT"));
    expect(requestsIn((await first?.metrics()) ?? "")).toBe(before);
    process.kill(pid, "SIGCONT");
    expect((await second?.chat())?.status).toBe(200);
  });

  test("take over a changed key each, at once on SIGHUP", async () => {
    const { gateway, parent } = await crew();
    const connections = await Connection.toBoth(gateway, parent);
    await gateway.writeConfig({ ...gateway.written, general_settings: { master_key: "sk-new" } });
    process.kill(parent.pid, "SIGHUP");
    for (const one of connections) {
      await vi.waitFor(async () => expect((await one.chat()).status).toBe(401), AT_ONCE);
      expect((await one.chat({}, "sk-new")).status).toBe(200);
    }
    const reloaded = parent.lines.filter(({ msg }) => msg === "config reloaded");
    expect(reloaded).toMatchObject([{ generation: 2 }]);
    expect(reloaded[0]).not.toHaveProperty("worker");
  });

  test("hear of a rotated key as soon as one of them is refused", async () => {
    const files = [["key", BACKEND_KEY]] as const;
    const { backend, gateway, parent } = await crew({ settings: { params: { api_key: "file/key" } } }, files);
    const [first, second] = await Connection.toBoth(gateway, parent);
    const reloads = () => parent.lines.filter(({ msg }) => msg === "config reloaded");
    const at = (reload: number) => Date.parse(reloads()[reload]?.["time"] as string);
    // Where the machine stalls, the look that comes every second may be first: then once more.
    for (let turn = 0, soon = false; !soon; turn += 1) {
      expect(turn).toBeLessThan(5);
      // What is taken at a look tells when the next one is due: in a second.
      await gateway.writeConfig({ ...gateway.written, litellm_settings: { num_retries: 3 + turn } });
      await vi.waitFor(() => expect(reloads()).toHaveLength(2 * turn + 1), SOON);
      await pause(REFRESH_MS + 50);
      await gateway.moveIntoPlace("key", `key-${turn}\n`);
      backend.control.setKeys([`key-${turn}`]);
      await first?.chat();
      await vi.waitFor(() => expect(reloads()).toHaveLength(2 * turn + 2), SOON);
      soon = at(2 * turn + 1) - at(2 * turn) < 900;
      await gateway.tell({});
      for (const one of [first, second]) {
        await vi.waitFor(async () => expect((await one?.chat())?.status).toBe(200), SOON);
      }
    }
  });

  test("divide a limit: each has its part, and all together stay within it", async () => {
    const { backend, gateway, parent } = await crew({ settings: { params: { max_parallel_requests: 2 } } });
    const connections = await Connection.toBoth(gateway, parent, 2);
    backend.control.setSpeed({ firstTokenMs: 1_000 });
    const answers = await Promise.all(connections.map((one) => one.chat()));
    const refused = answers.map(({ status }, index) => [connections[index]?.worker, status]);
    for (const worker of [1, 2]) {
      const statuses = refused.filter(([of]) => of === worker).map(([, status]) => status);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
    }
  });
});

describe("a worker that is killed", () => {
  test("begins again with the last good config, whatever the file holds by then", async () => {
    const { gateway, parent } = await crew();
    const { rollcall, ...rest } = gateway.written as { rollcall: object };
    await gateway.writeConfig({
      ...rest,
      general_settings: { master_key: "sk-new" },
      // Needs a restart of the whole gateway: it may not come with one worker alone.
      rollcall: { ...rollcall, state: { file: "nobody-writes-it.json" } },
    });
    process.kill(parent.pid, "SIGHUP");
    await vi.waitFor(async () => expect(await gateway.metric("config_generation")).toBe(2), SOON);
    await gateway.writeText("model_list: [");
    process.kill(parent.pid, "SIGHUP");
    await vi.waitFor(async () => expect(await gateway.metric("config_fault")).toBe(1), SOON);
    process.kill(pidOf(parent, 2), "SIGKILL");
    await vi.waitFor(
      () => expect(parent.lines.some(({ msg }) => msg === "worker restarted")).toBe(true),
      SOON,
    );
    // Whichever of them is asked.
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await gateway.chat({}, { authorization: "Bearer sk-new" })).status).toBe(200);
      expect((await gateway.ask("/readyz?verbose")).text).toContain(
        "[!] the config file has errors: the previous config is in use",
      );
    }
    expect(parent.lines.some(({ msg }) => msg.startsWith("worker cannot start"))).toBe(false);
    await gateway.writeConfig(gateway.written);
    process.kill(parent.pid, "SIGHUP");
    await vi.waitFor(async () => {
      for (let turn = 0; turn < 10; turn += 1) expect((await gateway.chat()).status).toBe(200);
    }, SOON);
    expect(await gateway.metric("config_fault")).toBe(0);
  });

  test("takes only the requests with it that it had; the others go on, and it is started again", async () => {
    const { gateway, parent, backend } = await crew({ backend: { tokensPerSecond: 12 } });
    const connections = await Connection.toBoth(gateway, parent, 4);
    const before = requestsIn((await connections[0]?.metrics()) ?? "");
    const running = connections.map((one) => one.chat(LONG).catch(() => null));
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(connections.length), SOON);
    process.kill(pidOf(parent, 2), "SIGKILL");
    await vi.waitFor(
      () => expect(parent.lines.some(({ msg }) => msg.startsWith("worker exited"))).toBe(true),
      SOON,
    );
    // From its end on new connections find the one that is left, or the new one: never nobody.
    for (let turn = 0; turn < 10; turn += 1) {
      const fresh = await Connection.open(gateway, parent);
      expect((await fresh.chat({ max_tokens: 1 })).status).toBe(200);
    }
    const ended = await Promise.all(running);
    connections.forEach(({ worker }, index) => {
      const answer = ended[index] ?? null;
      if (worker === 1) expect(answer !== null && isWhole(answer)).toBe(true);
      else expect(answer).toBeNull();
    });
    await vi.waitFor(async () => expect(await gateway.metric("workers")).toBe(2), SOON);
    expect(await gateway.metric("worker_restarts_total")).toBe(1);
    expect(requestsIn(await gateway.metrics())).toBe(before + 4 + 20);
    expect(await gateway.stop()).toBe(EXIT.ok);
  });

  test("again and again, at once, ends the gateway and says so", async () => {
    const { parent } = await crew();
    for (let deaths = 0; deaths < 5; deaths += 1) {
      const pid = await vi.waitFor(() => {
        const again = parent.lines.filter(({ msg }) => msg === "worker restarted");
        if (again.length < deaths) throw new Error("not yet");
        return pidOf(parent, 1);
      }, SOON);
      process.kill(pid, "SIGKILL");
    }
    expect(await parent.ended()).toBe(EXIT.failed);
    expect(parent.lines.find(({ msg }) => msg.startsWith("worker keeps crashing"))).toMatchObject({
      worker: 1,
      crashes: 5,
    });
  }, 30_000);
});

describe("told to stop", () => {
  test.each([
    ["SIGTERM to the parent alone", "SIGTERM", false],
    ["Ctrl-C, which reaches every process", "SIGINT", true],
  ] as const)("by %s, each finishes what it has, and there is one exit code", async (_how, signal, all) => {
    const { backend, gateway, parent } = await crew({ backend: { tokensPerSecond: 30 } });
    const connections = await Connection.toBoth(gateway, parent, 2);
    const running = connections.map((one) => one.chat(LONG));
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(4), SOON);
    for (const pid of all ? pidsOf(parent).values() : []) process.kill(pid, signal);
    process.kill(parent.pid, signal);
    expect(await parent.ended()).toBe(EXIT.ok);
    expect((await Promise.all(running)).every(isWhole)).toBe(true);
    const drained = parent.lines.filter(({ msg }) => msg.startsWith("draining open requests"));
    expect(new Set(drained.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  });

  test("and not done in time, they cut what runs, and the exit code says so", async () => {
    const { backend, gateway, parent } = await crew({
      backend: { firstTokenMs: 60_000 },
      settings: { gateway: { workers: 2, drain: "200ms" } },
    });
    const running = gateway.chat().catch(() => "cut");
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1), SOON);
    process.kill(parent.pid, "SIGTERM");
    expect(await parent.ended()).toBe(EXIT.unclean);
    expect(await running).toBe("cut");
  });
});

test("workers whose parent is killed finish what they have and end: nobody is left on the port", async () => {
  const { backend, gateway, parent } = await crew({ backend: { tokensPerSecond: 30 } });
  const connections = await Connection.toBoth(gateway, parent);
  const running = connections.map((one) => one.chat(LONG));
  await vi.waitFor(() => expect(backend.seen.inFlight).toBe(2), SOON);
  process.kill(parent.pid, "SIGKILL");
  await vi.waitFor(() => expect(fetch(`${gateway.url}/livez`)).rejects.toThrow("fetch failed"), SOON);
  expect((await Promise.all(running)).every(isWhole)).toBe(true);
  // Its output is theirs too: it closes with the last of them.
  await parent.closed;
});
