import { once } from "node:events";
import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway } from "./harness.ts";
import { rawRequest } from "./raw.ts";

const CHAT = "/v1/chat/completions";

const timeouts = (gateway: Gateway, phase: string) =>
  gateway.metric(`timeouts_total{deployment="chat-1",phase="${phase}"}`);

describe("each time that runs out has a code and a count of its own", () => {
  test.each<[string, string, object, object, (backend: Simulator) => void]>([
    [
      "to the first token",
      "first_token",
      { stream_timeout: 0.2, timeout: 30 },
      { stream: true },
      ({ control }) => control.fault("hang"),
    ],
    [
      "in all, of a stream",
      "total",
      { stream_timeout: 30, timeout: 0.2 },
      { stream: true },
      ({ control }) => control.fault("hang"),
    ],
    [
      "in all, of a whole answer",
      "total",
      // The time to the first token of a stream says nothing of a whole answer.
      { stream_timeout: 0.05, timeout: 0.3 },
      {},
      ({ control }) => control.fault("hang"),
    ],
    [
      "in all, as the request itself asks for",
      "total",
      { timeout: 30 },
      { timeout: 0.2 },
      ({ control }) => control.fault("hang"),
    ],
    [
      "in all, of which a request may not ask for more than the config has",
      "total",
      { timeout: 0.2 },
      { timeout: 30 },
      ({ control }) => control.fault("hang"),
    ],
  ])("before the first byte: %s", async (_case, phase, ...[params, fields, breakIt]) => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { params });
    breakIt(backend);
    const answer = await gateway.chat({ ...fields, num_retries: 0 });
    expect(answer.status).toBe(504);
    expect(answer.json().error).toMatchObject({ type: "server_error", code: `upstream_timeout_${phase}` });
    expect(await timeouts(gateway, phase)).toBe(1);
    await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
    expect(await gateway.inFlight()).toBe(0);
  });

  test.each<[string, string, string, object, (backend: Simulator) => void]>([
    [
      "between two events",
      "idle",
      "upstream_idle_timeout",
      { timeout: 30 },
      ({ control }) => control.fault("hang-mid-stream", { after: 3 }),
    ],
    [
      "in all",
      "total",
      "upstream_timeout",
      { timeout: 0.5 },
      ({ control }) => control.setSpeed({ tokensPerSecond: 8 }),
    ],
  ])("after the first byte: %s", async (_case, phase, ...[code, params, breakIt]) => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { params, gateway: { idle_timeout: "300ms" } });
    breakIt(backend);
    const { status, text } = await gateway.chat({ stream: true });
    expect(status).toBe(200);
    expect(text.trimEnd().split("\n\n").at(-1)).toContain(`"code":"${code}"`);
    expect(text).not.toContain("[DONE]");
    expect(await timeouts(gateway, phase)).toBe(1);
    await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1));
    expect(await gateway.inFlight()).toBe(0);
  });
});

test("a stream that goes on is not silent, however long it takes in all", async () => {
  const backend = await simulator({ tokensPerSecond: 10 });
  const gateway = await gatewayFor({ chat: [backend] }, { gateway: { idle_timeout: "700ms" } });
  const started = performance.now();
  const { text } = await gateway.chat({ stream: true });
  expect(performance.now() - started).toBeGreaterThan(1_000);
  expect(text).toContain("[DONE]");
});

test("a backend is not silent while the app does not read, and is again once the app reads on", async () => {
  const backend = await simulator({ maxModelLen: 10_000_000 });
  const gateway = await gatewayFor({ chat: [backend] }, { gateway: { idle_timeout: "400ms" } });
  const tokens = 100_000;
  const body = JSON.stringify({ model: "chat", messages: MESSAGES, stream: true, max_tokens: tokens });
  const app = net.connect(gateway.port, "127.0.0.1");
  const head = {
    authorization: `Bearer ${MASTER_KEY}`,
    "content-type": "application/json",
    "content-length": String(body.length),
  };
  app.write(rawRequest(`POST ${CHAT} HTTP/1.1`, head, body));
  await once(app, "readable");
  // Far longer than the time allowed for silence, with all buffers full.
  await new Promise((resolve) => {
    setTimeout(resolve, 1_200);
  });
  expect(backend.seen.inFlight).toBe(1);
  let tail = "";
  app.setEncoding("latin1").on("data", (data: string) => (tail = (tail + data).slice(-2_000)));
  await once(app, "close");
  expect(tail).toContain("[DONE]");
  expect(tail).not.toContain("upstream_idle_timeout");
  expect(backend.seen.completed).toBe(1);
});
