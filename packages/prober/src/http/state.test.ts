import { VERDICTS, type Snapshot } from "@rollcall/contract";
import { systemClock } from "@rollcall/runtime";
import { HttpSnapshotReader, parseSnapshot } from "@rollcall/snapshot";
import { describe, expect, it, onTestFinished } from "vitest";
import { running, simulated, site, type Running, type Site } from "../../test/running.ts";
import { until } from "../../test/until.ts";

const KEY = "sk-master";

async function prober(host: string): Promise<{ place: Site; prober: Running }> {
  const backend = await simulated();
  const place = site([{ id: "1", alias: "a", base: backend.url }], { masterKey: KEY });
  const started = await running(place, { host });
  await until(() => place.reasons()["a"] === "ok");
  return { place, prober: started };
}

/** Follows it as a gateway does; whatever comes is kept. */
async function follow({ url }: Running, key: string | null) {
  const origin = `http://127.0.0.1:${new URL(url).port}`;
  const heard: { snapshots: Snapshot[]; faults: string[] } = { snapshots: [], faults: [] };
  const reader = new HttpSnapshotReader({
    kind: VERDICTS,
    url: `${origin}/state`,
    credential: { name: "master key", token: () => key },
    clock: systemClock,
    random: Math.random,
  });
  onTestFinished(() => reader.close());
  await reader.start({
    onSnapshot: (snapshot) => heard.snapshots.push(snapshot),
    onFault: (fault) => heard.faults.push(fault),
  });
  return heard;
}

it("/state is the newest snapshot, as it lies in the file", async () => {
  const { place, prober: asked } = await prober("127.0.0.1");
  const { status, text } = await asked.get("/state");
  expect(status).toBe(200);
  const found = parseSnapshot(VERDICTS, text);
  expect(found).toMatchObject({ ok: true, value: { verdicts: [{ deployment: "1", reason: "ok" }] } });
  expect(found.ok && found.value.prober).toEqual(place.snapshot()?.prober);
});

it("every heartbeat comes by its stream", async () => {
  const { prober: followed } = await prober("127.0.0.1");
  const heard = await follow(followed, null);
  await until(() => heard.snapshots.length >= 3);
  const [first = 0] = heard.snapshots.map(({ sequence }) => sequence);
  expect(heard.snapshots.map(({ sequence }) => sequence).slice(0, 3)).toEqual([first, first + 1, first + 2]);
  expect(heard.faults).toEqual([]);
});

describe("bound wider than loopback", () => {
  it("/state is refused without the master key, by stream as well", async () => {
    const { prober: asked } = await prober("0.0.0.0");
    for (const accept of ["application/json", "text/event-stream"]) {
      const { status, text } = await asked.get("/state", { accept });
      expect([status, JSON.parse(text)]).toEqual([
        401,
        { error: "details need the master key as a Bearer token" },
      ]);
    }
    expect(await follow(asked, "sk-other")).toEqual({
      snapshots: [],
      faults: ["answered 401: master key rejected"],
    });
    expect((await follow(asked, KEY)).snapshots).toHaveLength(1);
    expect(await asked.get("/state", { "x-api-key": KEY })).toMatchObject({ status: 200 });
  });
});

describe("before the initial probe round is done", () => {
  it("/state says so, and a stream waits for the end of it", async () => {
    const hanging = await simulated();
    hanging.control.fault("hang-all");
    const asked = await running(site([{ alias: "a", base: hanging.url }]));
    const heard = await follow(asked, null);
    expect(heard.snapshots).toEqual([]);
    expect(await asked.get("/state")).toEqual({
      status: 503,
      text: '{"error":"no snapshot of verdicts yet: the first is being made"}',
    });
    await until(() => heard.snapshots.length > 0);
    expect(heard.faults).toEqual([]);
  });

  it("what an earlier run knew is there, with its own date", async () => {
    const { place, prober: earlier } = await prober("127.0.0.1");
    await earlier.stop();
    const last = place.snapshot();
    // A backend that does not answer keeps the new run at its first call.
    const hanging = await simulated();
    hanging.control.fault("hang-all");
    place.write([
      { id: "1", alias: "a", base: hanging.url },
      { id: "2", alias: "b", base: hanging.url },
    ]);
    const heard = await follow(await running(place), null);
    expect(heard.snapshots).toEqual([last]);
  });
});
