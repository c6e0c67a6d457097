import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway } from "./harness.ts";
import { rawRequest } from "./raw.ts";

/** How long a backend may go on for nobody. */
const SOON = { timeout: 300, interval: 10 };

async function pair() {
  const [first, second] = [await simulator(), await simulator()];
  return { first, second, gateway: await gatewayFor({ chat: [first, second] }) };
}

/** A chat that can be left. */
function open(gateway: Gateway, stream: boolean) {
  const leaving = new AbortController();
  const asked = gateway
    .client()
    .chat.completions.create({ model: "chat", messages: MESSAGES, stream }, { signal: leaving.signal });
  const ended = asked.then(
    () => "answered",
    () => "left",
  );
  return { asked, ended, leave: () => leaving.abort() };
}

async function expectNobodyIsBlamed(gateway: Gateway, first: Simulator): Promise<void> {
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), SOON);
  expect(await gateway.metric('interrupted_total{ending="client_disconnected"}')).toBe(1);
  expect(await gateway.metrics()).not.toMatch(/attempt_failures_total\{.*\} [1-9]|_ejected\{/);
  await first.control.reset();
  expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
}

describe("a client that leaves", () => {
  test("in the middle of a stream ends the backend's work", async () => {
    const { first, second, gateway } = await pair();
    first.control.setSpeed({ tokensPerSecond: 20 });
    const { asked, leave } = open(gateway, true);
    const reading = (await asked) as AsyncIterable<unknown>;
    const iterator = reading[Symbol.asyncIterator]();
    await iterator.next();
    expect(await gateway.inFlight()).toBe(1);
    leave();
    await vi.waitFor(() => expect(first.seen.cancelled).toBe(1), SOON);
    expect(second.seen.count()).toBe(0);
    await expectNobodyIsBlamed(gateway, first);
  });

  test.each([
    ["before a whole answer", false],
    ["before the first event of a stream", true],
  ])("%s ends the backend's work", async (_case, stream) => {
    const { first, second, gateway } = await pair();
    first.control.setSpeed({ firstTokenMs: 60_000 });
    const { ended, leave } = open(gateway, stream);
    await vi.waitFor(() => expect(first.seen.inFlight).toBe(1));
    expect(await gateway.inFlight()).toBe(1);
    leave();
    await vi.waitFor(() => expect(first.seen.cancelled).toBe(1), SOON);
    expect(await ended).toBe("left");
    expect(second.seen.count()).toBe(0);
    await expectNobodyIsBlamed(gateway, first);
  });

  test("before the backend has said anything at all ends its work", async () => {
    const { first, second, gateway } = await pair();
    first.control.fault("hang-all");
    const { ended, leave } = open(gateway, true);
    await vi.waitFor(() => expect(first.seen.inFlight).toBe(1));
    leave();
    await vi.waitFor(() => expect(first.seen.cancelled).toBe(1), SOON);
    expect(await ended).toBe("left");
    expect(second.seen.count()).toBe(0);
    await expectNobodyIsBlamed(gateway, first);
  });

  test("between two attempts is not followed by a third", async () => {
    const only = await simulator();
    const gateway = await gatewayFor({ chat: [only] });
    only.control.fault("engine-error");
    const { ended, leave } = open(gateway, false);
    await vi.waitFor(() => expect(only.seen.completed).toBe(1), { interval: 2 });
    leave();
    expect(await ended).toBe("left");
    await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), SOON);
    const { completed } = only.seen;
    await new Promise((resolve) => {
      setTimeout(resolve, 250);
    });
    expect(only.seen.completed).toBe(completed);
    expect(completed).toBeLessThan(3);
  });
});

test("fifty that leave at once give back fifty slots", async () => {
  const { first, gateway } = await pair();
  first.control.setSpeed({ firstTokenMs: 60_000 });
  const chats = Array.from({ length: 50 }, (_, index) => open(gateway, index % 2 === 0));
  await vi.waitFor(() => expect(first.seen.inFlight).toBe(50));
  expect(await gateway.inFlight()).toBe(50);
  for (const { leave } of chats) leave();
  await vi.waitFor(() => expect(first.seen.cancelled).toBe(50), { timeout: 2_000 });
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), { timeout: 2_000 });
});

test("a client that leaves with other requests behind the first on its connection ends the work, and the others are never begun", async () => {
  const backend = await simulator({ tokensPerSecond: 20 });
  const gateway = await gatewayFor({ chat: [backend] });
  const body = JSON.stringify({ model: "chat", messages: MESSAGES, stream: true, max_tokens: 10_000 });
  const head = {
    authorization: `Bearer ${MASTER_KEY}`,
    "content-length": String(body.length),
    connection: "keep-alive",
  };
  const app = net.connect(gateway.port, "127.0.0.1");
  app.on("error", () => {});
  for (let turn = 0; turn < 6; turn += 1)
    app.write(rawRequest("POST /v1/chat/completions HTTP/1.1", head, body));
  await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
  app.destroy();
  await vi.waitFor(() => expect(backend.seen.cancelled).toBe(1), SOON);
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0), SOON);
  expect(backend.seen.count()).toBe(1);
});
