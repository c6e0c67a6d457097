import { describe, expect, test, vi } from "vitest";
import { pause } from "@rollcall/testkit";
import { gatewayFor, MASTER_KEY, simulator, writtenFor, type Gateway } from "./harness.ts";

const CHAT = "/v1/chat/completions";

/** Files are looked at every second. */
const A_LOOK = { timeout: 5_000, interval: 50 };

async function untilGeneration(gateway: Gateway, generation: number): Promise<void> {
  await vi.waitFor(async () => expect(await gateway.metric("config_generation")).toBe(generation), A_LOOK);
}

test("a config that changes under requests costs none of them", async () => {
  const [old, fresh] = [await simulator({ tokensPerSecond: 100 }), await simulator({ tokensPerSecond: 100 })];
  const gateway = await gatewayFor({ chat: [old] });
  const statuses: number[] = [];
  const over = new AbortController();
  const load = Array.from({ length: 4 }, async () => {
    while (!over.signal.aborted) {
      const { status, text } = await gateway.chat({ stream: true });
      statuses.push(text.endsWith("data: [DONE]\n\n") ? status : 0);
    }
  });
  await gateway.writeConfig(writtenFor({ chat: [old, fresh] }));
  await untilGeneration(gateway, 2);
  // The new deployment is unknown, and not used, until the prober has looked at it.
  expect(fresh.seen.count(CHAT)).toBe(0);
  gateway.written = writtenFor({ chat: [old, fresh] });
  await gateway.tell({ "chat-1": "draining" });
  await vi.waitFor(() => expect(fresh.seen.count(CHAT)).toBeGreaterThan(4));
  over.abort();
  await Promise.all(load);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length).toBeGreaterThan(8);
});

test("a stream that began under the old config goes on to its end, on a backend that is no more in it", async () => {
  const [old, fresh] = [await simulator({ tokensPerSecond: 6 }), await simulator()];
  const gateway = await gatewayFor({ chat: [old] });
  const running = gateway.chat({ stream: true });
  await vi.waitFor(() => expect(old.seen.inFlight).toBe(1));
  await gateway.writeConfig(writtenFor({ chat: [fresh] }));
  await untilGeneration(gateway, 2);
  expect(old.seen.inFlight).toBe(1);
  expect((await running).text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect((await gateway.chat()).headers["x-rollcall-reason"]).toBe("unknown");
});

test("a changed master key holds for the next request, and the old one no more", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  await gateway.writeConfig({ ...gateway.written, general_settings: { master_key: "sk-new" } });
  await untilGeneration(gateway, 2);
  expect((await gateway.chat()).status).toBe(401);
  expect((await gateway.chat({}, { authorization: "Bearer sk-new" })).status).toBe(200);
});

describe("a config with errors", () => {
  test.each([
    ["that is no YAML", "model_list: ["],
    ["that has no deployments", "model_list: []"],
    [
      "that refers to what is not there",
      JSON.stringify({
        ...writtenFor({ chat: [{ url: "http://127.0.0.1:1" }] }),
        general_settings: { master_key: "os.environ/NOT_SET" },
      }),
    ],
  ])("%s changes nothing, and that is told", async (_case, text) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    await gateway.writeText(text);
    await vi.waitFor(async () => expect(await gateway.metric("config_fault")).toBe(1), A_LOOK);
    expect((await gateway.chat()).status).toBe(200);
    expect(await gateway.metric("config_generation")).toBe(1);
    const { status, text: verbose } = await gateway.ask("/readyz?verbose");
    expect(status).toBe(200);
    expect(verbose).toContain("[!] the config file has errors: the previous config is in use");
    await gateway.writeConfig({ ...gateway.written, litellm_settings: { num_retries: 0 } });
    await untilGeneration(gateway, 2);
    expect(await gateway.metric("config_fault")).toBe(0);
  });
});

test("SIGHUP is not waited for a second", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  await gateway.writeConfig({ ...gateway.written, general_settings: { master_key: "sk-new" } });
  process.emit("SIGHUP", "SIGHUP");
  expect(
    (await gateway.ask("/v1/models", { headers: { authorization: `Bearer ${MASTER_KEY}` } })).status,
  ).toBe(401);
});

test("a setting that needs a restart is named until it is put back, and what does not need one is taken", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  const { rollcall, ...rest } = gateway.written as { rollcall: { gateway: object; state: object } };
  const gatewaySettings = { ...rollcall.gateway, port: 4999, workers: 3 };
  await gateway.writeConfig({
    ...rest,
    general_settings: { master_key: "sk-new" },
    rollcall: { ...rollcall, gateway: gatewaySettings, state: { file: "other.json" } },
  });
  await untilGeneration(gateway, 2);
  expect(await gateway.metric("settings_need_restart")).toBe(3);
  expect((await gateway.ask("/readyz?verbose")).text).toContain(
    "[!] settings need a restart: gateway.port, gateway.workers, state.file\n",
  );
  expect((await gateway.chat({}, { authorization: "Bearer sk-new" })).status).toBe(200);
  await gateway.writeConfig(gateway.written);
  await untilGeneration(gateway, 3);
  expect(await gateway.metric("settings_need_restart")).toBe(0);
  expect((await gateway.ask("/readyz?verbose")).text).not.toContain("need a restart");
});

test("a config that is being written is not taken before it is whole", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  // As YAML its first half is a config too, only that it has another master key.
  const model = JSON.stringify((gateway.written as { model_list: unknown }).model_list);
  const whole = `model_list: ${model}\ngeneral_settings:\n  master_key: sk-long-and-whole\n`;
  const seen = new Set<number>();
  const over = Date.now() + 1_500;
  while (Date.now() < over) {
    await gateway.writeText(whole.slice(0, -"-long-and-whole\n".length));
    await pause(50);
    await gateway.writeText(whole.slice(0, -"-whole\n".length));
    await pause(50);
    seen.add(await gateway.metric("config_generation"));
    for (const half of ["sk", "sk-long"])
      expect((await gateway.chat({}, { authorization: `Bearer ${half}` })).status).toBe(401);
  }
  expect(seen).toEqual(new Set([1]));
  await gateway.writeText(whole);
  await untilGeneration(gateway, 2);
  expect((await gateway.chat({}, { authorization: "Bearer sk-long-and-whole" })).status).toBe(200);
});
