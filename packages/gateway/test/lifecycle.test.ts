import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import { EXIT, StartError } from "@rollcall/runtime";
import { startGateway, type GatewayDaemonOptions } from "../src/index.ts";
import { startProcess } from "./gateway-process.ts";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type GatewayOptions } from "./harness.ts";

const CHAT = "/v1/chat/completions";

describe("a gateway that is told to stop", () => {
  test("lets a stream that runs go to its end, and takes no new connection", async () => {
    const backend = await simulator({ tokensPerSecond: 30 });
    const gateway = await gatewayFor({ chat: [backend] }, { gateway: { drain: "10s" } });
    const running = gateway.chat({ stream: true });
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
    const stopping = gateway.stop();
    const refused = await fetch(`${gateway.url}/livez`).catch((fault: unknown) => fault);
    expect((refused as { cause?: { code?: string } }).cause?.code).toBe("ECONNREFUSED");
    const { status, text } = await running;
    expect(status).toBe(200);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await stopping).toBe(EXIT.ok);
    expect(backend.seen).toMatchObject({ completed: 1, cancelled: 0 });
  });

  test("with nothing under way ends at once, kept connections or not", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { drain: "10s" } });
    await gateway.chat();
    const idle = net.connect(gateway.port, "127.0.0.1");
    const closed = new Promise((resolve) => {
      idle.on("close", resolve);
    });
    idle.write(`GET /livez HTTP/1.1\r\nhost: x\r\n\r\n`);
    await new Promise((resolve) => {
      idle.once("data", resolve);
    });
    const started = performance.now();
    expect(await gateway.stop()).toBe(EXIT.ok);
    await closed;
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("cuts what has not ended when its time is over, and its exit code says so", async () => {
    const backend = await simulator({ firstTokenMs: 60_000 });
    const gateway = await gatewayFor({ chat: [backend] }, { gateway: { drain: "100ms" } });
    const running = gateway.chat().catch(() => "cut");
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
    expect(await gateway.stop()).toBe(EXIT.unclean);
    expect(await running).toBe("cut");
    await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
  });

  test("is not ready from then on, and closes each connection with its answer", async () => {
    const backend = await simulator({ tokensPerSecond: 20 });
    const gateway = await gatewayFor({ chat: [backend] }, { gateway: { drain: "10s" } });
    // Two requests on one connection: the second is asked for while the first still runs, and answered while draining.
    const socket = net.connect(gateway.port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (data: string) => (text += data));
    const closed = new Promise((resolve) => {
      socket.on("close", resolve);
    });
    const body = JSON.stringify({ model: "chat", messages: MESSAGES });
    socket.write(
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${MASTER_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
    socket.write("GET /readyz?verbose HTTP/1.1\r\nhost: x\r\n\r\n");
    const stopping = gateway.stop();
    await closed;
    expect(await stopping).toBe(EXIT.ok);
    expect(text).toContain('"model":"chat"');
    expect(text).toContain("HTTP/1.1 503 Service Unavailable");
    expect(text).toContain("[-] draining\n");
  });
});

describe("a gateway that anybody in the network could use", () => {
  const starting = async (
    gateway: object,
    { settings = { general_settings: {} } }: GatewayOptions = {},
    options: Partial<GatewayDaemonOptions> = {},
  ) =>
    gatewayFor(
      { chat: [await simulator()] },
      { settings, gateway, start: (own) => startGateway({ ...own, ...options }) },
    ).then(
      () => "started",
      (fault: unknown) => fault,
    );

  test.each(["0.0.0.0", "::", "10.255.255.1", "gateway.internal", ""])(
    "does not start on %j without a master key",
    async (host) => {
      const fault = await starting({ host });
      expect(fault).toBeInstanceOf(StartError);
      expect(fault).toMatchObject({ exitCode: EXIT.usage });
      expect((fault as Error).message).toMatch(/master_key.*keyless/);
    },
  );

  test("does not start on an address that a flag opens either", async () => {
    expect(await starting({}, {}, { host: "0.0.0.0" })).toMatchObject({ exitCode: EXIT.usage });
  });

  test("starts with a master key", async () => {
    const settings = { general_settings: { master_key: MASTER_KEY } };
    expect(await starting({ host: "0.0.0.0" }, { settings })).toBe("started");
  });

  test("starts where the config says that everybody may", async () => {
    expect(await starting({ host: "0.0.0.0", keyless: true })).toBe("started");
  });

  test.each(["127.0.0.1", "localhost", "::1"])(
    "starts on %s without one: only this machine reaches it",
    async (host) => {
      expect(await starting({ host })).toBe("started");
    },
  );
});

test.each(["0.0.0.0", "127.0.0.1"])(
  "a gateway on %s goes on with its key when the config loses it, and says so",
  async (host) => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { host } });
    const hangUp = () => void process.emit("SIGHUP", "SIGHUP");
    await gateway.writeConfig({ ...gateway.written, general_settings: {} });
    hangUp();
    expect((await gateway.chat({}, { authorization: "" })).status).toBe(401);
    await gateway.tell({});
    expect((await gateway.chat({}, { authorization: "" })).status).toBe(401);
    expect((await gateway.chat()).status).toBe(200);
    expect([await gateway.metric("config_fault"), await gateway.metric("config_generation")]).toEqual([1, 1]);
    const { status, text } = await gateway.ask("/readyz?verbose");
    expect(status).toBe(200);
    expect(text).toContain(
      "[!] master key removed: needs a restart and rollcall.gateway.keyless: true: the previous config is in use\n",
    );
    expect(text).not.toContain("the prober uses a different config");
    await gateway.writeConfig(gateway.written);
    hangUp();
    expect(await gateway.metric("config_fault")).toBe(0);
  },
);

describe("a gateway does not start", () => {
  const failing = (options: GatewayOptions) =>
    gatewayFor({ chat: [{ url: "http://127.0.0.1:1" }] }, options).catch((fault: unknown) => fault);

  test("on a port that is taken, and says which flag changes it", async () => {
    const first = await gatewayFor({ chat: [await simulator()] });
    const fault = await failing({ gateway: { port: first.port } });
    expect(fault).toBeInstanceOf(StartError);
    expect((fault as Error).message).toMatch(/in use by another process.*--port/);
  });

  test("without a key that its config refers to", async () => {
    const fault = await failing({ settings: { general_settings: { master_key: "os.environ/NOT_SET" } } });
    expect(fault).toMatchObject({ exitCode: EXIT.usage });
    expect((fault as Error).message).toMatch(/master_key.*NOT_SET is not set/);
  });
});

test("as a process it drains on SIGTERM and ends with its exit code", async () => {
  const backend = await simulator({ tokensPerSecond: 30 });
  const gateway = await gatewayFor({ chat: [backend] }, { gateway: { drain: "10s" }, start: startProcess });
  const running = gateway.chat({ stream: true });
  await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
  expect(await gateway.stop()).toBe(EXIT.ok);
  expect((await running).text.endsWith("data: [DONE]\n\n")).toBe(true);
});
