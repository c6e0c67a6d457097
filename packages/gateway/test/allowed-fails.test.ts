import { expect, test, vi } from "vitest";
import { gatewayFor, simulator } from "./harness.ts";
import { rawBackend } from "./raw-backend.ts";

/** Says nothing by which the request could be at fault. */
const failing = () =>
  rawBackend((socket) => socket.write("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));

const silent = () => rawBackend(() => {});

test.each<[string, object, number]>([
  ["by default the fifth fault makes it second choice", {}, 5],
  ["allowed_fails: 0 lets none pass", { router_settings: { allowed_fails: 0 } }, 1],
  ["allowed_fails: 2 lets two pass", { router_settings: { allowed_fails: 2 } }, 3],
  ["allowed_fails of litellm_settings", { litellm_settings: { allowed_fails: 1 } }, 2],
  [
    "allowed_fails_policy is the limit of its kind",
    {
      router_settings: {
        allowed_fails: 0,
        allowed_fails_policy: { InternalServerErrorAllowedFails: 3, TimeoutErrorAllowedFails: 0 },
      },
    },
    4,
  ],
  [
    "disable_cooldowns: it is asked first every time",
    { router_settings: { disable_cooldowns: true, allowed_fails: 0 } },
    8,
  ],
])("%s", async (_case, settings, attempts) => {
  const bad = await failing();
  const gateway = await gatewayFor({ chat: [bad, await simulator()] }, { settings });
  for (let turn = 0; turn < 8; turn += 1)
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-2");
  expect(bad.requests).toBe(attempts);
});

test("TimeoutErrorAllowedFails: 0 lets no timeout pass", async () => {
  const bad = await silent();
  const router_settings = { allowed_fails_policy: { TimeoutErrorAllowedFails: 0 }, stream_timeout: 0.2 };
  const gateway = await gatewayFor({ chat: [bad, await simulator()] }, { settings: { router_settings } });
  for (let turn = 0; turn < 4; turn += 1) expect((await gateway.chat({ stream: true })).status).toBe(200);
  expect(bad.requests).toBe(1);
});

test("cooldown_time is how long it stays second choice; another one is put in force by a reload", async () => {
  const bad = await failing();
  const places = { chat: [bad, await simulator()] };
  const gateway = await gatewayFor(places, {
    settings: { router_settings: { allowed_fails: 0, cooldown_time: 0.4 } },
  });
  await gateway.chat();
  const opened = performance.now();
  await vi.waitFor(
    async () => {
      await gateway.chat();
      expect(bad.requests).toBe(2);
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(performance.now() - opened).toBeGreaterThan(380);
  await gateway.writeConfig({ ...gateway.written, router_settings: { disable_cooldowns: true } });
  await vi.waitFor(async () => expect(await gateway.metric("config_generation")).toBe(2), {
    timeout: 10_000,
  });
  await vi.waitFor(
    async () => {
      const before = bad.requests;
      await gateway.chat();
      await gateway.chat();
      expect(bad.requests).toBe(before + 2);
    },
    { timeout: 10_000, interval: 20 },
  );
});
