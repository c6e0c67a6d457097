import { expect, test } from "vitest";
import { startProcess, type GatewayProcess } from "./gateway-process.ts";
import { gatewayFor, MASTER_KEY, simulator, type Gateway } from "./harness.ts";

/** A gateway in a process of its own, with what it logs. */
async function logged(settings: object = {}, options: object = {}) {
  const started: GatewayProcess[] = [];
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    {
      settings,
      gateway: options,
      start: async (how) => {
        const running = await startProcess(how);
        started.push(running.process);
        return running;
      },
    },
  );
  const lines = () => started.flatMap((one) => one.lines);
  return { gateway, lines, about: (reason: string) => lines().filter(({ error }) => error === reason) };
}

const asked = (gateway: Gateway, route: string, authorization: string) =>
  gateway.ask(route, { headers: { authorization } });

test("what is rejected at the door is counted by endpoint and reason, and logged once and then as a number", async () => {
  const { gateway, about, lines } = await logged();
  const WRONG = "Bearer sk-wrong-secret";
  for (let turn = 0; turn < 40; turn += 1) {
    await gateway.chat({}, { authorization: WRONG });
    await gateway.chat({}, { authorization: "" });
    await asked(gateway, "/v1/models", WRONG);
    await asked(gateway, `/secret-path-${turn}`, `Bearer ${MASTER_KEY}`);
    await gateway.chat({ model: `secret-model-${turn}` });
    await asked(gateway, `/v1/models/secret-model-${turn}`, `Bearer ${MASTER_KEY}`);
    await gateway.ask("/v1/chat/completions", { method: "GET" });
  }
  const count = (endpoint: string, reason: string) =>
    gateway.metric(`rejected_requests_total{endpoint="${endpoint}",reason="${reason}"}`);
  expect(await count("chat_completions", "wrong_key")).toBe(40);
  expect(await count("chat_completions", "no_key")).toBe(40);
  expect(await count("models", "wrong_key")).toBe(40);
  expect(await count("other", "no_route")).toBe(40);
  expect(await count("chat_completions", "unknown_model")).toBe(40);
  expect(await count("models", "unknown_model")).toBe(40);
  expect(await count("chat_completions", "wrong_method")).toBe(40);

  expect(await gateway.stop()).toBe(0);
  const first = about("wrong_key")[0];
  expect(first).toMatchObject({ msg: "request rejected", client: "127.0.0.1", endpoint: "chat_completions" });
  for (const [reason, further] of [
    ["wrong_key", 79],
    ["no_key", 39],
    ["no_route", 39],
    ["unknown_model", 79],
    ["wrong_method", 39],
  ] as const) {
    const told = about(reason);
    // A busy machine may need more than a minute for all of them.
    expect(told.length).toBeLessThanOrEqual(6);
    const sum = told.reduce(
      (total, { msg, count: more }) => total + (msg === "request rejected" ? 1 : Number(more)),
      0,
    );
    expect(sum).toBe(further + 1);
  }
  expect(JSON.stringify(lines())).not.toMatch(/secret/);
});

test("a foreign site's page is told of in the same way", async () => {
  const { gateway, about } = await logged({ general_settings: {} });
  for (let turn = 0; turn < 5; turn += 1) {
    const headers = { origin: `https://evil-${turn}.example` };
    expect((await gateway.chat({}, headers)).status).toBe(403);
    expect((await gateway.ask("/v1/models", { headers })).status).toBe(403);
  }
  expect(await gateway.metric('rejected_requests_total{reason="foreign_visit"}')).toBe(10);
  expect(about("foreign_visit").map(({ msg }) => msg)).toEqual(["request rejected"]);
});

test("an access log has a line for each of them", async () => {
  const { gateway, about } = await logged({}, { access_log: true });
  for (let turn = 0; turn < 5; turn += 1) await gateway.chat({}, { authorization: "Bearer sk-wrong" });
  await gateway.stop();
  expect(about("wrong_key").map(({ msg }) => msg)).toEqual(Array(5).fill("request rejected"));
});
