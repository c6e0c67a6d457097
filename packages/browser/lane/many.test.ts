import { request, type IncomingMessage } from "node:http";
import { pause } from "@rollcall/testkit";
import { expect, onTestFinished, test } from "vitest";
import { latenessBetween } from "../../bench/src/scale/lateness.ts";
import { render } from "../../prober/src/page/rendering.ts";
import { factsOf } from "../../prober/test/page-facts.ts";
import { startBigFleet, type BigFleet } from "../src/big-fleet.ts";
import { textOf } from "../src/site.ts";

const READERS = 200;
const WINDOW_MS = 20_000;
const FLAP_MS = 2_000;

/** So many backends go down at every flap and as many come back, so that each is ten seconds down and ten up. */
const STEP = 200;

/** Median CPU of one rendering, in milliseconds. */
function cpuOf(work: () => unknown): number {
  const times = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
}

const REASONS = ["ok", "down", "hung", "loading", "wrong_name"] as const;

test.each([
  ["all well", 0],
  ["all out", 1],
  ["a fifth each", 5],
])("10,000 deployments, %s, are rendered in less than 200 ms of CPU", (what, kinds) => {
  const models = Array.from({ length: 10_000 }, (_, index) => {
    const reason = kinds === 1 ? "down" : (REASONS[kinds === 0 ? 0 : index % kinds] ?? "ok");
    return [`m${index}`, reason] as const;
  });
  const facts = factsOf(models);
  for (const filter of [
    { state: "", text: "", page: 1 },
    { state: "out", text: "m7", page: 1 },
  ]) {
    const ms = cpuOf(() => render(facts, { kind: "fleet", filter }));
    process.stdout.write(`${what}, ${JSON.stringify(filter)}: ${ms.toFixed(1)} ms\n`);
    expect(ms).toBeLessThan(200);
  }
});

/** Half of all probes later than that without any reader: then nothing can be told of readers. */
const SATURATED_S = 0.5;

interface Reader {
  readonly frames: () => number;
  readonly bytes: () => number;
}

/** One who has the page open. */
function follow(url: string, seen: string): Reader {
  let [frames, bytes] = [0, 0];
  const asked = request(`${url}/live?seen=${seen}`, { agent: false }, (reply: IncomingMessage) => {
    reply.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      frames += chunk.toString("latin1").split("event: change").length - 1;
    });
    reply.on("error", () => {});
  });
  asked.on("error", () => {});
  asked.end();
  onTestFinished(() => void asked.destroy());
  return { frames: () => frames, bytes: () => bytes };
}

interface Measured {
  readonly resident: number;
  /** Seconds of one core in a second. */
  readonly cpu: number;
  readonly late: { readonly count: number; readonly p50: number; readonly p99: number };
}

/** All deployments go down and come back, as often as they are probed. */
async function flap(fleet: BigFleet): Promise<Measured> {
  const before = await textOf(`${fleet.url}/metrics`);
  const [cpu, start] = [fleet.cpu(), performance.now()];
  let resident = 0;
  for (let at = 0; at < WINDOW_MS; at += FLAP_MS) {
    fleet.command({ down: 5 * STEP }, (at / FLAP_MS) * STEP);
    await pause(FLAP_MS);
    resident = Math.max(resident, fleet.resident());
  }
  const share = (fleet.cpu() - cpu) / ((performance.now() - start) / 1_000);
  return { resident, cpu: share, late: latenessBetween(before, await textOf(`${fleet.url}/metrics`)) };
}

const print = ({ resident, cpu, late }: Measured) =>
  `${Math.round(resident)} MiB, ${Math.round(cpu * 100)} % of a core, ${late.count} probes, late p50 ≤ ${late.p50} s, p99 ≤ ${late.p99} s`;

test(
  "200 readers of 10,000 deployments that flap cost less than 50 MiB, and no probe its time",
  { timeout: 300_000 },
  async ({ skip }) => {
    const fleet = await startBigFleet({ interval: "10s" });
    onTestFinished(() => fleet.close());
    await fleet.settled();
    await flap(fleet);
    const alone = await flap(fleet);
    const version = /data-version="([^"]+)"/.exec(await textOf(fleet.url))?.[1] ?? "";
    const readers = Array.from({ length: READERS }, () => follow(fleet.url, version));
    const read = await flap(fleet);
    const frames = readers.map((one) => one.frames());
    const megabytes = readers.reduce((sum, one) => sum + one.bytes(), 0) / 1e6 / READERS;
    process.stdout.write(`nobody looks: ${print(alone)}\n${READERS} look: ${print(read)}\n`);
    process.stdout.write(
      `each got ${Math.min(...frames)} to ${Math.max(...frames)} changes, ${megabytes.toFixed(1)} MB\n`,
    );
    expect(read.resident - alone.resident).toBeLessThan(50);
    // Renderings take a tenth of the time at most; what is left is what it takes to hand 200 their copies.
    expect(read.cpu - alone.cpu).toBeLessThan(0.4);
    if (alone.late.p50 > SATURATED_S)
      skip("probes are late though nobody looks: this machine does other work");
    expect(Math.min(...frames)).toBeGreaterThan(2);
    // How many probes fall into a window is chance, since what is down is asked at other intervals; when they begin is not.
    expect(read.late.count).toBeGreaterThan(1_000);
    // One bucket of the histogram is what the machine's other work may cost.
    expect(read.late.p99).toBeLessThanOrEqual(Math.max(0.5, alone.late.p99 * 2.5));
  },
);
