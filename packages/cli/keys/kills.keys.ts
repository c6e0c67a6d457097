import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../test/harness.ts";
import { chat, childrenOf, Load, pause, say, Site, type Made, type Sent } from "./site.ts";

const KILLS = Number(process.env["KEYS_KILLS"] ?? "20");
const PER_SECOND = 300;
const PARALLEL = 200;

let site: Site;
let made: Made;
beforeAll(async () => {
  site = await Site.open({ gateways: [3, 2] });
  made = await site.makeKey({ rpm_limit: 60_000, max_parallel_requests: PARALLEL });
}, 120_000);
afterAll(() => site.close());

function load(): Load {
  return new Load(PER_SECOND, (count) =>
    chat(site.gateways[count % site.gateways.length]?.url ?? "", made.key, { fields: { max_tokens: 1 } }),
  );
}

/** Longest time after a kill until answers are whole again. What breaks belongs to the last kill before it broke. */
function backAfter(sent: readonly Sent[], kills: readonly number[]): number {
  const broken = sent.filter(({ status }) => status === 0 || status >= 500);
  const times = broken.map(({ at, sentAt }) => sentAt - (kills.findLast((kill) => kill <= at) ?? at));
  return Math.max(0, ...times);
}

/** All slots are whole again: as many as the limit says run at once, and no more. */
async function expectAllSlots(): Promise<void> {
  await eventually(async () => {
    const fields = { max_tokens: 1, stream: true };
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, index) =>
        chat(site.gateways[index % site.gateways.length]?.url ?? "", made.key, { fields }),
      ),
    );
    return answers.every(({ status }) => status === 200);
  }, 30_000);
}

test(`a worker is killed ${KILLS} times under ${PER_SECOND} requests a second`, async () => {
  const running = load();
  await pause(2_000);
  const kills: number[] = [];
  const parent = site.gateways[0]?.command.child.pid ?? 0;
  let pids = await childrenOf(parent);
  for (let count = 0; count < KILLS; count += 1) {
    const [victim = 0] = pids;
    kills.push(performance.now());
    process.kill(victim, "SIGKILL");
    await eventually(async () => {
      pids = await childrenOf(parent);
      return pids.length === 3 && !pids.includes(victim);
    });
    // In turn: one that lives for less than ten seconds, again and again, is taken for broken by itself.
    await pause(3_500);
  }
  expect(await report("worker", running, kills)).not.toEqual([]);
});

test(`a gateway is killed ${KILLS} times, while another serves`, async () => {
  // The other one's: what is sent to the one that is away cannot be answered.
  const running = new Load(PER_SECOND, () => chat(site.url, made.key, { fields: { max_tokens: 1 } }));
  await pause(2_000);
  const kills: number[] = [];
  for (let count = 0; count < KILLS; count += 1) {
    kills.push(performance.now());
    const half = Array.from({ length: 10 }, () =>
      chat(site.gateways[1]?.url ?? "", made.key, { fields: { max_tokens: 500 } }).catch(() => null),
    );
    await site.restartGateway(1);
    await Promise.all(half);
    expect((await chat(site.gateways[1]?.url ?? "", made.key)).status).toBe(200);
  }
  const sent = await report("gateway", running, kills);
  expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
});

test(`control is killed ${KILLS} times under ${PER_SECOND} requests a second`, async () => {
  const running = load();
  await pause(2_000);
  const kills: number[] = [];
  let lateMs = 0;
  for (let count = 0; count < KILLS; count += 1) {
    kills.push(performance.now());
    site.control.child.kill("SIGKILL");
    await site.control.ended;
    await site.startControl();
    // What was changed before it was killed is there.
    const { key } = await site.makeKey({ key_alias: `after-kill-${count}` });
    const since = performance.now();
    // A worker that has waited for control in vain looks again within two seconds.
    await eventually(async () => (await chat(site.url, key)).status === 200, 3_000);
    lateMs = Math.max(lateMs, performance.now() - since);
  }
  say(`a key made after control's start: known to every worker asked after ${lateMs.toFixed(0)} ms at most`);
  const sent = await report("control", running, kills);
  expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
});

async function report(whom: string, running: Load, kills: readonly number[]): Promise<readonly Sent[]> {
  await pause(2_000);
  const sent = await running.stop();
  const by = new Map<number, number>();
  for (const { status } of sent) by.set(status, (by.get(status) ?? 0) + 1);
  const ms = backAfter(sent, kills);
  say(
    `${whom} killed ${kills.length} times: ${JSON.stringify(Object.fromEntries(by))} of ${sent.length}; whole again after ${ms.toFixed(0)} ms at most`,
  );
  expect(ms).toBeLessThan(2_000);
  // What a killed process had under way is lost, and nothing else: no key was refused, no limit was hit.
  expect([...by.keys()].filter((status) => status !== 200 && status !== 0)).toEqual([]);
  await expectAllSlots();
  return sent;
}
