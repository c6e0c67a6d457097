import { Agent } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chat, countOf, Load, pause, say, Site } from "./site.ts";

/** The time that the long test takes: the acceptance says five. */
const MINUTES = Number(process.env["KEYS_MINUTES"] ?? "5");

let site: Site;
beforeAll(async () => {
  site = await Site.open({ gateways: [4, 2, 2], tokensPerSecond: 40 });
}, 120_000);
afterAll(() => site.close());

test("of a hundred requests at once exactly as many run as max_parallel_requests says", async () => {
  for (let round = 0; round < 5; round += 1) {
    const { key } = await site.makeKey({ max_parallel_requests: 5 });
    // Two seconds each: all of them are there before the first has ended.
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const { url } = site.gateways[index % site.gateways.length] ?? { url: site.url };
        return chat(url, key, { fields: { max_tokens: 80 } });
      }),
    );
    const count = (status: number) => answers.filter((one) => one.status === status).length;
    say(`parallel, round ${round + 1}: ${count(200)} of 100 ran, ${count(429)} were refused`);
    expect([count(200), count(429)]).toEqual([5, 95]);
  }
});

test("one uneven client on one of four workers gets its whole limit", async () => {
  const { key } = await site.makeKey({ rpm_limit: 600 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // One connection is one worker's: with a fourth of the limit it would have 25 at once, and 2.5 a second.
  const began = performance.now();
  let [admitted, asked] = [0, 0];
  while (performance.now() - began < 15_000) {
    const { status } = await chat(site.url, key, { agent, fields: { max_tokens: 1 } });
    asked += 1;
    if (status === 200) admitted += 1;
  }
  agent.destroy();
  const seconds = (performance.now() - began) / 1_000;
  const most = 100 + seconds * 10;
  say(
    `uneven: ${admitted} of ${asked} admitted in ${seconds.toFixed(1)} s; the limit allows ${most.toFixed(0)}`,
  );
  expect(asked).toBeGreaterThan(most);
  expect(admitted).toBeGreaterThan(most * 0.95);
  expect(admitted).toBeLessThanOrEqual(most + 1);
});

test(`600 a minute over three uneven gateways, for ${MINUTES} minutes`, async () => {
  const [limited, modest] = [await site.makeKey({ rpm_limit: 600 }), await site.makeKey({ rpm_limit: 600 })];
  // 80, 15 and 5 of a hundred, mixed.
  const urlOf = (count: number) => {
    const part = (count * 37) % 100;
    return site.gateways[part < 80 ? 0 : part < 95 ? 1 : 2]?.url ?? site.url;
  };
  const fields = { max_tokens: 1 };
  const began = performance.now();
  const heavy = new Load(30, (count) => chat(urlOf(count), limited.key, { fields }));
  const light = new Load(9.5, (count) => chat(urlOf(count), modest.key, { fields }));
  const obedient = obey(await site.makeKey({ rpm_limit: 60 }), urlOf, MINUTES * 60_000);
  await pause(MINUTES * 60_000);
  const [sent, kept] = await Promise.all([heavy.stop(), light.stop()]);
  const minutes = (performance.now() - began) / 60_000;
  const [admitted, expected] = [countOf(sent, 200), 600 * minutes];
  const { waited, refusedAgain } = await obedient;
  say(
    `rpm: ${admitted} admitted in ${minutes.toFixed(2)} min (${expected.toFixed(0)} and a burst of 100 allowed), ${countOf(sent, 429)} refused`,
  );
  say(`rpm: the client that keeps to its limit: ${countOf(kept, 200)} of ${kept.length}`);
  say(`rpm: retry-after obeyed ${waited} times, refused again ${refusedAgain} times`);
  expect(admitted).toBeGreaterThanOrEqual(expected * 0.99);
  expect(admitted).toBeLessThanOrEqual(expected * 1.01 + 100);
  expect(countOf(kept, 200)).toBe(kept.length);
  expect(refusedAgain).toBeLessThanOrEqual(waited * 0.01);
});

/** Sends as fast as it may, and waits as it is told. */
async function obey({ key }: { key: string }, urlOf: (count: number) => string, forMs: number) {
  const until = performance.now() + forMs;
  let [waited, refusedAgain, count, hasWaited] = [0, 0, 0, false];
  while (performance.now() < until) {
    const { status, headers } = await chat(urlOf((count += 1)), key, { fields: { max_tokens: 1 } });
    if (status === 429 && hasWaited) refusedAgain += 1;
    hasWaited = status === 429;
    if (!hasWaited) continue;
    waited += 1;
    await pause(Number(headers["retry-after"]) * 1_000);
  }
  return { waited, refusedAgain };
}
