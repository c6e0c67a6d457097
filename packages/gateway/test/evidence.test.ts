import { describe, expect, test, vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, simulator } from "./harness.ts";

const CHAT = "/v1/chat/completions";
const asked = (...backends: readonly Simulator[]) => backends.map(({ seen }) => seen.count(CHAT));

async function pair(params: object = {}) {
  const [bad, good] = [await simulator(), await simulator()];
  return { bad, good, gateway: await gatewayFor({ chat: [bad, good] }, { params }) };
}

describe("a backend that shuts down answers with nothing and calls it a success", () => {
  test.each([false, true])("which is tried elsewhere (stream: %s)", async (stream) => {
    const { bad, good, gateway } = await pair();
    bad.control.fault("draining");
    const answer = await gateway.chat({ stream });
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(answer.text).not.toContain('"abort"');
    await gateway.chat({ stream });
    expect(asked(bad, good)).toEqual([1, 2]);
  });

  test("which in the middle of a stream is told as a cut, not as an end", async () => {
    const { bad, good, gateway } = await pair();
    bad.control.setSpeed({ tokensPerSecond: 20 });
    const running = gateway.chat({ stream: true });
    await vi.waitFor(async () =>
      expect(await gateway.metric('time_to_first_byte_seconds_count{alias="chat"}')).toBe(1),
    );
    bad.control.fault("draining");
    const { text } = await running;
    expect(text).toContain('"code":"upstream_aborted"');
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"abort"');
    expect(asked(good)).toEqual([0]);
  });
});

describe("faults of which each one alone says little", () => {
  test("keep requests away once there are five, and one trial a second brings them back", async () => {
    const { bad, good, gateway } = await pair();
    bad.control.fault("engine-error");
    for (let turn = 0; turn < 8; turn += 1) expect((await gateway.chat()).status).toBe(200);
    expect(asked(bad, good)).toEqual([5, 8]);
    await bad.control.reset();
    await vi.waitFor(
      async () => expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1"),
      { timeout: 5_000, interval: 200 },
    );
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
  });

  test("never keep requests away from the only deployment", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    backend.control.fault("engine-error");
    for (let turn = 0; turn < 3; turn += 1) expect((await gateway.chat()).status).toBe(502);
    await backend.control.reset();
    expect((await gateway.chat()).status).toBe(200);
  });

  test("of the request itself are no faults", async () => {
    const { bad, good, gateway } = await pair();
    for (let turn = 0; turn < 8; turn += 1)
      expect((await gateway.chat({ max_tokens: 999_999 })).status).toBe(400);
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
    expect(asked(bad, good)).toEqual([9, 0]);
  });
});

test("a backend that has had too much is let alone as long as it asks for, and then asked again", async () => {
  const { bad, good, gateway } = await pair();
  bad.control.fault("rate-limit", { count: 1 });
  for (let turn = 0; turn < 3; turn += 1) expect((await gateway.chat()).status).toBe(200);
  expect(asked(bad, good)).toEqual([1, 3]);
  await vi.waitFor(
    async () => expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1"),
    { timeout: 5_000, interval: 100 },
  );
});
