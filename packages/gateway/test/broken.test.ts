import { describe, expect, test, vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, simulator, type Gateway } from "./harness.ts";

const CHAT = "/v1/chat/completions";
const asked = ({ seen }: Simulator) => seen.count(CHAT);

const router = (router_settings: object) => ({
  general_settings: { master_key: MASTER_KEY },
  router_settings,
});

async function pair() {
  const [bad, good] = [await simulator(), await simulator()];
  return { bad, good, gateway: await gatewayFor({ chat: [bad, good] }) };
}

/** Asks without pause for so long; every answer must be good. */
async function askFor(gateway: Gateway, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let count = 0;
  for (; performance.now() < end; count += 1) expect((await gateway.chat()).status).toBe(200);
  return count;
}

describe("a replica that answers 500 to everything", () => {
  test("gets five requests and then trials alone, ever fewer, and is used again by itself", async () => {
    const { bad, gateway } = await pair();
    bad.control.fault("engine-error");
    const count = await askFor(gateway, 2_500);
    // One trial after a second; the next one, after two more, can come late and not early.
    expect(asked(bad)).toBe(6);
    expect(count).toBeGreaterThan(20);
    await bad.control.reset();
    await vi.waitFor(
      async () => expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1"),
      { timeout: 10_000, interval: 50 },
    );
    const { length } = bad.seen.requests;
    for (let turn = 0; turn < 10; turn += 1) await gateway.chat();
    expect(bad.seen.requests.length).toBe(length + 10);
  });

  test("gets no more than five and one for each under way when very many come at once", async () => {
    const { bad, gateway } = await pair();
    bad.control.fault("engine-error");
    const first = await Promise.all(Array.from({ length: 10 }, () => gateway.chat()));
    const then = await Promise.all(Array.from({ length: 40 }, () => gateway.chat()));
    for (const { status } of [...first, ...then]) expect(status).toBe(200);
    // Ten were on their way before anything was known; of the others one may have been a trial.
    expect(asked(bad)).toBeLessThanOrEqual(11);
  });
});

test("a replica whose streams break in their middle is no good one either", async () => {
  const { bad, good, gateway } = await pair();
  bad.control.fault("cut-mid-stream", { after: 2 });
  for (let turn = 0; turn < 5; turn += 1)
    expect((await gateway.chat({ stream: true })).text).toContain("upstream_cut");
  const next = await gateway.chat({ stream: true });
  expect(next.headers["x-rollcall-deployment"]).toBe("chat-2");
  expect([asked(bad), asked(good)]).toEqual([5, 1]);
});

test("a replica that has had too much is let alone as long as it asks, whoever asks, and then used as before", async () => {
  const { bad, gateway } = await pair();
  bad.control.fault("rate-limit");
  const first = performance.now();
  await Promise.all(Array.from({ length: 10 }, () => gateway.chat()));
  await bad.control.reset();
  const before = asked(bad);
  await vi.waitFor(
    async () => expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1"),
    { timeout: 10_000, interval: 25 },
  );
  expect(performance.now() - first).toBeGreaterThan(990);
  expect(asked(bad)).toBe(before + 1);
  // A breaker that is half open lets one through at a time.
  const both = await Promise.all([gateway.chat(), gateway.chat()]);
  for (const { headers } of both) expect(headers["x-rollcall-deployment"]).toBe("chat-1");
});

describe("fallbacks", () => {
  test("for every alias without its own are the config's default ones", async () => {
    const [main, spare] = [await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: [main], spare: [spare] },
      { settings: router({ default_fallbacks: ["spare"] }), says: { "chat-1": "down" } },
    );
    const answer = await gateway.chat();
    expect(answer.headers["x-rollcall-deployment"]).toBe("spare-1");
    expect(answer.json().model).toBe("chat");
    // Nothing falls back on itself.
    await gateway.tell({ "chat-1": "down", "spare-1": "down" });
    expect((await gateway.chat({ model: "spare" })).status).toBe(503);
  });

  test("of one request name no way around what the config leaves out", async () => {
    const main = await simulator();
    const gateway = await gatewayFor({ chat: [main] }, { says: { "chat-1": "down" } });
    const answer = await gateway.chat({ fallbacks: ["nowhere", "", "__proto__", "chat"] });
    expect(answer.status).toBe(503);
    expect(main.seen.count()).toBe(0);
  });
});

test("when every replica fails, retries stay a hundred and a fifth of the requests", async () => {
  const [one, other] = [await simulator(), await simulator()];
  const gateway = await gatewayFor({ chat: [one, other] });
  for (const { control } of [one, other]) control.fault("engine-error");
  const requests = 300;
  for (let turn = 0; turn < requests / 50; turn += 1) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.chat({ num_retries: 10 })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]));
  }
  const attempts = asked(one) + asked(other);
  expect(attempts).toBeLessThanOrEqual(requests * 1.2 + 100);
  expect(attempts).toBeGreaterThan(requests + 90);
});

describe("two places to wait in", () => {
  const queue = { size: 2, time: "3s" };

  test("hold two requests, which are answered when a replica is ready; the third is refused at once", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { queue, says: { "chat-1": "loading" } });
    const started = performance.now();
    const three = [gateway.chat(), gateway.chat({ stream: true }), gateway.chat()].map(async (one) => {
      const { status, headers } = await one;
      return { status, after: headers["retry-after"], ms: performance.now() - started };
    });
    const refused = await Promise.race(three);
    expect(refused).toMatchObject({ status: 503, after: "5" });
    expect(refused.ms).toBeLessThan(2_500);
    expect(backend.seen.count()).toBe(0);
    await gateway.tell({});
    const statuses = (await Promise.all(three)).map(({ status }) => status);
    expect(statuses.toSorted((one, two) => one - two)).toEqual([200, 200, 503]);
    expect(await gateway.inFlight()).toBe(0);
  });

  test("are empty again when the time of those who waited is over", async () => {
    const backend = await simulator();
    const short = { size: 2, time: "300ms" };
    const gateway = await gatewayFor({ chat: [backend] }, { queue: short, says: { "chat-1": "loading" } });
    for (let turn = 0; turn < 2; turn += 1) {
      const started = performance.now();
      const two = await Promise.all([gateway.chat(), gateway.chat()]);
      expect(two.map(({ status, headers }) => [status, headers["retry-after"]])).toEqual([
        [503, "5"],
        [503, "5"],
      ]);
      // Both waited: neither was refused for want of a place.
      expect(performance.now() - started).toBeGreaterThan(280);
    }
  });
});
