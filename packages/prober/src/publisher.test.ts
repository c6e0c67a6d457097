import type { Verdict } from "@rollcall/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { LogRecorder, SnapshotRecorder } from "../test/recorders.ts";
import { readyHistory } from "../test/deployment-histories.ts";
import { Publisher } from "./publisher.ts";

const { verdict } = readyHistory();
const publication = { verdicts: [verdict], config: "c1", intervalMs: 2_000 };

let clock: FakeClock;
let written: SnapshotRecorder;
let logged: LogRecorder;
let publisher: Publisher;
let failures: number;

beforeEach(() => {
  clock = new FakeClock();
  written = new SnapshotRecorder();
  logged = new LogRecorder();
  failures = 0;
  const metrics = { snapshotFailed: () => void (failures += 1) };
  publisher = new Publisher({ writer: written, clock, log: logged.log, instance: "i1", metrics });
});

describe("a snapshot", () => {
  it("carries what is to be told, who tells it and when", async () => {
    const startedAt = clock.now();
    await clock.advance(50);
    await publisher.publish(publication);
    expect(written.snapshots).toEqual([
      {
        sequence: 1,
        writtenAt: startedAt + 50,
        prober: { instance: "i1", startedAt },
        confirmedAt: verdict.observedAt,
        ...publication,
      },
    ]);
  });

  it("has a number one higher than the one before, written or not", async () => {
    await publisher.publish(publication);
    written.failing = true;
    await publisher.publish(publication);
    written.failing = false;
    await publisher.publish(publication);
    expect(written.snapshots.map(({ sequence }) => sequence)).toEqual([1, 3]);
  });
});

describe("with a snapshot goes what differs from the one before", () => {
  const changed = () =>
    written.changes.map((change) => change?.changed.map(({ deployment }) => deployment) ?? null);
  const both = (facts: Partial<Verdict> = {}) => ({
    ...publication,
    verdicts: [
      { ...verdict, ...facts },
      { ...verdict, deployment: "other" },
    ],
  });

  it("which is nobody's business for the first, and nothing for a heartbeat", async () => {
    await publisher.publish(both());
    await publisher.publish(both({ observedAt: 5_000, lastGoodAt: 5_000 }));
    expect(written.changes).toEqual([null, { after: 1, changed: [], removed: [] }]);
  });

  it("which are the verdicts that changed, and those that are gone", async () => {
    await publisher.publish(both());
    await publisher.publish(both({ hint: "look" }));
    await publisher.publish(publication);
    expect(changed()).toEqual([null, [verdict.deployment], [verdict.deployment]]);
    expect(written.changes.at(-1)).toMatchObject({ after: 2, removed: ["other"] });
  });

  it("which are also those that somebody asked for, once each", async () => {
    await publisher.publish(both());
    await publisher.publish({ ...both(), reprobed: new Set(["other"]) });
    await publisher.publish({ ...both({ hint: "look" }), reprobed: new Set([verdict.deployment]) });
    expect(changed()).toEqual([null, ["other"], [verdict.deployment]]);
  });

  it("goes on from the last one, written or not: the carrier knows what it has", async () => {
    await publisher.publish(publication);
    written.failing = true;
    await publisher.publish(publication);
    written.failing = false;
    await publisher.publish(publication);
    expect(written.changes.map((change) => change?.after)).toEqual([undefined, 2]);
  });
});

describe("where the prober listens", () => {
  it("is told once it is known", async () => {
    await publisher.publish(publication);
    publisher.url = "http://127.0.0.1:4001";
    await publisher.publish(publication);
    expect(written.snapshots.map(({ prober }) => prober.url)).toEqual([undefined, "http://127.0.0.1:4001"]);
  });
});

describe("the time of the last one", () => {
  it("is that of the last one that is safely written", async () => {
    expect(publisher.writtenAt).toBeNull();
    await publisher.publish(publication);
    const writtenAt = clock.monotonic();
    await clock.advance(50);
    written.failing = true;
    await publisher.publish(publication);
    expect(publisher.writtenAt).toBe(writtenAt);
  });
});

describe("a carrier that fails", () => {
  it("is told of once, however long it lasts, and once when it is over", async () => {
    written.failing = true;
    for (let count = 0; count < 3; count += 1) await publisher.publish(publication);
    written.failing = false;
    for (let count = 0; count < 3; count += 1) await publisher.publish(publication);
    expect(logged.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ["error", { code: "ENOSPC" }],
      ["info", {}],
    ]);
    expect(failures).toBe(3);
  });

  it("is told of again when it fails again, and never by the place it writes to", async () => {
    for (const failing of [true, false, true]) {
      written.failing = failing;
      await publisher.publish(publication);
    }
    expect(logged.of("error")).toHaveLength(2);
    expect(JSON.stringify(logged.lines)).not.toContain("/secret/place");
  });
});
