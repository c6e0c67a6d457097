import { writeFileSync } from "node:fs";
import { isRoutable, VERDICTS, type Snapshot } from "@rollcall/contract";
import { FileSnapshotReader } from "@rollcall/snapshot";
import { describe, expect, it, onTestFinished } from "vitest";
import { running, simulated, site, type Site } from "./running.ts";
import { pause, until } from "./until.ts";

/** Every snapshot that a gateway gets to see from here on. */
async function followed({ stateFile }: Site): Promise<readonly Snapshot[]> {
  const seen: Snapshot[] = [];
  const reader = new FileSnapshotReader(VERDICTS, stateFile);
  onTestFinished(() => reader.close());
  await reader.start({
    onSnapshot: (snapshot) => seen.push(snapshot),
    onFault: (fault) => {
      throw new Error(fault);
    },
  });
  return seen;
}

describe("a restarted prober", () => {
  it("never says unknown of a deployment that was ready, even while no backend answers it", async () => {
    const servers = [await simulated(), await simulated(), await simulated()];
    const entries = servers.map(({ url }, index) => ({ alias: `a${index}`, base: url }));
    // One at a time, so that the initial probe round is not over when the patience for it is.
    const place = site(entries, { prober: { interval: "200ms", timeout: "400ms", concurrency: 1 } });
    const before = await running(place);
    await until(() => Object.values(place.reasons()).join() === "ok,ok,ok");
    const seen = await followed(place);
    expect(await before.stop()).toBe(0);
    for (const { control } of servers) control.fault("hang-all");

    const after = await running(place);
    const runs = () => new Set(seen.map(({ prober }) => prober.instance)).size;
    await until(() => runs() === 2);
    expect(seen.at(-1)?.verdicts.map(({ reason }) => reason)).toEqual(["ok", "ok", "ok"]);
    expect((await after.get("/readyz")).status).toBe(200);
    for (const { control } of servers) control.fault(null);
    const count = seen.length;
    await until(() => seen.length >= count + 3);
    expect(seen.flatMap(({ verdicts }) => verdicts).every(isRoutable)).toBe(true);
  });

  it("keeps what an operator has drained, from the file alone, and gives it back as it is", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", id: "a-1", base: server.url }]);
    const before = await running(place);
    await until(() => place.reasons()["a"] === "ok");
    const order = { method: "POST", body: '{"by":"root@ops","reason":"new kernel"}' };
    expect(await (await fetch(`${before.url}/drain/a-1`, order)).json()).toMatchObject({ kept: true });
    // What was answered is in the file, so that a kill at this moment would lose nothing.
    const drained = place.snapshot()?.verdicts[0]?.drained;
    expect(drained).toMatchObject({ by: "root@ops", reason: "new kernel", observed: "ok" });
    await before.stop();

    const after = await running(place);
    await until(async () => (await after.get("/livez")).status === 200);
    await until(() => place.snapshot()?.prober.url === after.url);
    expect(place.snapshot()?.verdicts).toMatchObject([{ ready: false, reason: "drained", drained }]);
    await fetch(`${after.url}/drain/a-1`, { method: "DELETE" });
    expect(place.snapshot()?.verdicts).toMatchObject([{ ready: true, nameMatches: true, reason: "ok" }]);
  });

  it("keeps since when and when it was last good, and finds out what changed meanwhile", async () => {
    const [kept, renamed] = [await simulated(), await simulated()];
    const place = site([
      { alias: "kept", base: kept.url },
      { alias: "renamed", base: renamed.url },
    ]);
    const before = await running(place);
    await until(() => place.reasons()["renamed"] === "ok");
    const old = place.snapshot()?.verdicts;
    await before.stop();
    renamed.control.rename(["qwen"]);
    await running(place);
    await until(() => place.reasons()["renamed"] === "wrong_name");
    expect(place.snapshot()?.verdicts).toMatchObject([
      { reason: "ok", since: old?.[0]?.since },
      { reason: "wrong_name", lastGoodAt: expect.any(Number) },
    ]);
  });

  it("with another URL for a deployment does not take the old one's word for it", async () => {
    const [old, fresh] = [await simulated(), await simulated()];
    const place = site([{ id: "d", alias: "a", base: old.url }]);
    const before = await running(place);
    await until(() => place.reasons()["a"] === "ok");
    await before.stop();
    fresh.control.fault("hang-all");
    place.write([{ id: "d", alias: "a", base: fresh.url }]);
    await running(place);
    await until(() => place.reasons()["a"] === "timeout");
    expect(place.snapshot()?.verdicts).toMatchObject([{ ready: false, nameMatches: null, lastGoodAt: null }]);
  });

  it.each([
    ["torn", '{"version":1,"sequence":4'],
    ["of another version", '{"version":99}'],
    ["empty", ""],
  ])("begins anew when what it finds is %s", async (_what, text) => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    const before = await running(place);
    await until(() => place.reasons()["a"] === "ok");
    await before.stop();
    const [old] = place.snapshot()?.verdicts ?? [];
    await pause(20);
    writeFileSync(place.stateFile, text);
    await running(place);
    await until(() => place.snapshot() !== null);
    expect(place.snapshot()).toMatchObject({ verdicts: [{ reason: "ok" }] });
    expect(place.snapshot()?.verdicts[0]?.since).toBeGreaterThan(old?.since ?? Number.POSITIVE_INFINITY);
  });
});
