import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import os from "node:os";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually, rollcall, RunningCommand } from "../test/harness.ts";
import { Shipped } from "../test/shipped.ts";
import { Site, whenAllReady, CAP } from "./site.ts";
import { SocketUnit, type Run } from "./socket-unit.ts";
import { faultsOf, openStreams, pause, Pressure, Traffic } from "./traffic.ts";

const PER_SECOND = 100;
const STREAMS = 50;
/** Processes that could run, for each core, beyond which any request waits for its turn. */
const BUSY = 4;
/** 20 seconds of a stream. */
const TOKENS = 100;

const hasPython = spawnSync("python3", ["--version"]).error === undefined;
if (!hasPython) process.stdout.write("skipped, since python3 is not on this machine: units with a socket\n");

/** What is done to a gateway while all of that goes on, and what it all saw. */
async function underTraffic(url: string, site: Site, change: () => Promise<void>): Promise<void> {
  await whenAllReady(url);
  const streams = openStreams(url, STREAMS, TOKENS);
  await eventually(() => streams.every(({ hasBegun }) => hasBegun), 30_000);
  const traffic = new Traffic(url, PER_SECOND);
  const pressure = new Pressure(url, CAP + 2, { model: "capped" });
  await pause(2_000);
  const before = traffic.seen.length;
  const slowestBefore = Math.max(...traffic.seen.map(({ headMs }) => headMs));
  await change();
  await pause(2_000);
  const [seen, statuses] = await Promise.all([traffic.stop(), pressure.stop()]);
  await Promise.all(streams.map(({ ended }) => ended));
  const heads = seen.slice(before).map(({ headMs }) => headMs);
  const whole = streams.filter(({ isWhole }) => isWhole).length;
  process.stdout.write(
    `${seen.length} requests, slowest head ${Math.round(Math.max(...heads))} ms (before: ${Math.round(slowestBefore)} ms); ${whole} of ${STREAMS} streams whole; at most ${site.capped.most} at once of a cap of ${CAP}, ${JSON.stringify(Object.fromEntries(statuses))}\n`,
  );
  expect(faultsOf(seen)).toEqual({});
  expect(streams.filter(({ isWhole }) => !isWhole).map(({ text }) => text.slice(-200))).toEqual([]);
  expect(site.capped.most).toBe(CAP);
  expect(new Set(statuses.keys())).toEqual(new Set([200, 429]));
  const [load = 0] = os.loadavg();
  const isBusy = load > BUSY * os.availableParallelism();
  if (isBusy)
    process.stdout.write(`not judged, since the load of this machine is ${load}: how long requests waited\n`);
  expect(Math.max(...heads)).toBeLessThan(isBusy ? Number.POSITIVE_INFINITY : 1_000 + slowestBefore);
}

describe.skipIf(!hasPython)("a unit whose socket systemd keeps", () => {
  const shipped = new Shipped();
  const next = new Shipped();
  beforeAll(() => Promise.all([shipped.build(), next.build()]));
  afterAll(() => {
    shipped.remove();
    next.remove();
  });

  const runOf = (config: string, args: readonly string[] = []): Run => ({
    argv: [process.execPath, shipped.bin, "gateway", "--config", config, ...args],
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" },
  });

  it.each([
    ["one process", []],
    ["two workers", ["--workers", "2"]],
  ])("is restarted and upgraded without a gap: %s", async (_what, args) => {
    const site = await Site.open();
    onTestFinished(() => site.close());
    const prober = await site.startProber();
    onTestFinished(async () => void (await prober.stop()));
    const unit = await SocketUnit.open();
    onTestFinished(() => unit.close());
    const run = runOf(site.config, args);
    await unit.start(run);
    await underTraffic(unit.url, site, async () => {
      await unit.restart(run);
      // Before the streams of the first have ended, and with other files.
      const old = `${shipped.directory}-old`;
      renameSync(shipped.directory, old);
      renameSync(next.directory, shipped.directory);
      renameSync(old, next.directory);
      await unit.restart({ ...run, argv: [...run.argv, "--log-level", "debug"] });
    });
    expect(unit.out).not.toContain('"level":"error"');
    // Three main processes, and the two generations that they left behind.
    expect(await unit.stop()).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("rollcall up", () => {
  it.each([
    ["one process", []],
    ["two workers", ["--workers", "2"]],
  ])("is told to start all anew, and does so without a gap: %s", async (_what, args) => {
    const site = await Site.open();
    onTestFinished(() => site.close());
    const up = new RunningCommand(["up", "-c", site.config, "--port", "0", "--prober-port", "0", ...args]);
    onTestFinished(() => void up.child.kill("SIGKILL"));
    const [, url = ""] = await up.sees(/"service":"gateway","address":"([^"]+)"/, 60_000);
    const listening = (daemon: string) => up.out.split(`"msg":"${daemon} listens"`).length - 1;
    await underTraffic(url, site, async () => {
      up.child.kill("SIGUSR2");
      await eventually(() => listening("gateway") === 2 && listening("prober") === 2, 60_000);
    });
    expect(up.out).not.toContain('"level":"error"');
    const { port } = new URL(url);
    const second = await rollcall(["gateway", "-c", site.config, "--port", port, ...args]);
    expect(second.code).toBe(1);
    expect(second.err + second.out).toMatch(/is in use by the gateway with process id \d+: stop it/);
    expect((await up.stop()).code).toBe(0);
  });
});
