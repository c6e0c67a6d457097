import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../test/harness.ts";
import { chat, countOf, Load, pause, readiness, say, Site, type Made, type Sent } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open({ gateways: [2, 2, 2] });
}, 120_000);
afterAll(() => site.close());

const PER_SECOND = 300;

function loadOf({ key }: Made): Load {
  return new Load(PER_SECOND, (count) => {
    const { url } = site.gateways[count % site.gateways.length] ?? { url: site.url };
    return chat(url, key, { fields: { max_tokens: 1 } });
  });
}

/** When the last request was sent that was still admitted, in milliseconds after `at`. */
function lastAdmitted(sent: readonly Sent[], at: number): number {
  return Math.max(...sent.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt)) - at;
}

test.each<[string, (made: Made, team: string) => Promise<unknown>]>([
  ["deleted", ({ id }) => site.admin("/key/delete", { keys: [id] })],
  ["blocked", ({ id }) => site.admin("/key/block", { key: id })],
  ["of a deleted team", (_made, team) => site.admin("/team/delete", { team_ids: [team] })],
  [
    "that expires",
    ({ id }) => site.admin("/key/update", { key: id, duration: "1s" }).then(() => pause(1_000)),
  ],
  ["that loses its model", ({ id }) => site.admin("/key/update", { key: id, models: ["other"] })],
])(
  `a key that is %s is refused by all six workers within a second, at ${PER_SECOND} a second`,
  async (how, revoke) => {
    const { team_id: team } = await site.admin("/team/new", { team_alias: how });
    const made = await site.makeKey({ team_id: team });
    const load = loadOf(made);
    await pause(3_000);
    await revoke(made, String(team));
    const at = performance.now();
    await pause(3_000);
    const sent = await load.stop();
    const ms = lastAdmitted(sent, at);
    say(
      `revocation, ${how}: last admitted ${ms.toFixed(0)} ms after the answer; ${countOf(sent, 200)} of ${sent.length} before`,
    );
    expect(countOf(sent, 200)).toBeGreaterThan(PER_SECOND);
    expect(ms).toBeLessThan(1_000);
    expect(
      sent
        .filter(({ sentAt }) => sentAt > at + 1_000)
        .every(({ status }) => status === 401 || status === 403),
    ).toBe(true);
  },
);

test("with control cut off gateways say within four seconds that they are behind", async () => {
  site.control.child.kill("SIGSTOP");
  const began = performance.now();
  try {
    for (const { url } of site.gateways)
      await eventually(async () => (await readiness(url)).includes("[!] control was not heard of"), 6_000);
    const ms = performance.now() - began;
    say(`cut off: all gateways say so after ${ms.toFixed(0)} ms`);
    // Three intervals of a second, and the one that had begun.
    expect(ms).toBeLessThan(4_500);
    expect(await site.metric("keys_stale")).toBe(3);
  } finally {
    site.control.child.kill("SIGCONT");
  }
  await eventually(async () => (await site.metric("keys_stale")) === 0);
});

test("control is away for a minute: no request of a known key is refused, and nothing is to be done by hand", async () => {
  const known = await site.makeKey({ rpm_limit: 60_000, max_parallel_requests: 500 });
  const revoked = await site.makeKey();
  const load = new Load(50, (count) => {
    const { url } = site.gateways[count % site.gateways.length] ?? { url: site.url };
    return chat(url, known.key, { fields: { max_tokens: 1 } });
  });
  await pause(1_000);
  site.control.child.kill("SIGKILL");
  await site.control.ended;
  const refused = await fetch(`${site.url}/key/block`, {
    method: "POST",
    headers: { authorization: `Bearer ${known.key}`, "content-type": "application/json" },
    body: "{}",
  });
  expect(refused.status).toBe(503);
  await pause(60_000);
  expect((await chat(site.url, revoked.key)).status).toBe(200);
  await site.startControl();
  await eventually(async () => (await site.metric("keys_stale")) === 0);
  await site.admin("/key/block", { key: revoked.id });
  await eventually(async () => (await chat(site.url, revoked.key)).status === 401);
  const sent = await load.stop();
  say(`control away for 60 s: ${countOf(sent, 200)} of ${sent.length} requests of a known key answered`);
  expect(countOf(sent, 200)).toBe(sent.length);
});
