import { describe, expect, it, vi } from "vitest";
import { failure, response } from "../test/answers.ts";
import { CalledRoll } from "../test/called-roll.ts";
import { configOf, type Entry } from "../test/configs.ts";
import { GOOD, snapshotOf, instant } from "../test/deployment-histories.ts";
import { startHistory } from "./remember/deployment-history.ts";

const A = "http://a:8000";
const B = "http://b:8000";
const C = "http://c:8000";

/** One backend each, whose alias is its letter. */
const a: Entry = { alias: "a", base: A };
const b: Entry = { alias: "b", base: B };
const c: Entry = { alias: "c", base: C };

/** The last snapshot of an earlier run, in which all of these were well. */
function wellBefore(entries: readonly Entry[]) {
  const histories = configOf(entries).deployments.map((deployment) => startHistory(deployment, instant(500)));
  return snapshotOf(histories.map(({ verdict }) => ({ ...verdict, ...GOOD, lastGoodAt: 500 })));
}

describe("a roll call", () => {
  it("asks a backend once, however many deployments use it", async () => {
    const roll = new CalledRoll([a, { ...a, alias: "a2" }, { ...a, alias: "a3", model: "qwen" }]);
    roll.backends.serve(A, "llama");
    await roll.start();
    const paths = roll.backends.asked.map(({ path }) => path);
    expect(paths).toEqual(["/v1/models", "/health", "/metrics", "/version"]);
    expect(roll.written.reasons()).toEqual({ a: "ok", a2: "ok", a3: "wrong_name" });
  });

  it("asks one server twice when it is reached with two keys", async () => {
    const roll = new CalledRoll([
      { ...a, key: "k1" },
      { ...a, alias: "a2", key: "k2" },
    ]);
    roll.backends.serve(A, "llama");
    await roll.start();
    const keys = roll.backends.asked.map(({ headers }) => headers["authorization"]);
    expect(new Set(keys)).toEqual(new Set(["Bearer k1", "Bearer k2"]));
  });

  it("goes on at the interval where all is well, and at the shorter one where something is not", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.serve(A, "llama");
    roll.backends.latencyMs = 0;
    await roll.start(0);
    const start = roll.clock.now();
    await roll.clock.advance(6_000);
    expect(roll.backends.rollCalls(A).map((at) => at - start)).toEqual([0, 2_000, 4_000, 6_000]);
    expect(roll.backends.rollCalls(B).map((at) => at - start)).toEqual([
      0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000,
    ]);
  });

  it("never asks one backend twice at once, hanging or removed and brought back", async () => {
    const roll = new CalledRoll([a, b], { prober: { timeout: 30, interval: 1 } });
    roll.backends.hang(A);
    await roll.start(5_000);
    await roll.use([b]);
    await roll.use([a, b]);
    await roll.clock.advance(120_000);
    expect(roll.backends.mostOfOne).toBe(1);
    expect(roll.backends.rollCalls(A).length).toBeGreaterThan(3);
  });

  it("has no more under way at once than the config allows, and follows a new bound", async () => {
    const entries = Array.from({ length: 9 }, (_, index) => ({
      alias: `m${index}`,
      base: `http://m${index}`,
    }));
    const roll = new CalledRoll(entries, { prober: { concurrency: 2 } });
    roll.backends.latencyMs = 100;
    await roll.start(150);
    expect(roll.backends.mostAtOnce).toBe(2);
    expect(roll.backends.asked).toHaveLength(4);
    await roll.use(entries, { prober: { concurrency: 4 } });
    await roll.clock.advance(10_000);
    expect(roll.backends.mostAtOnce).toBe(4);
    expect(new Set(roll.backends.asked.map(({ origin }) => origin)).size).toBe(9);
  });

  it("is not delayed by a backend that hangs", async () => {
    const roll = new CalledRoll([a, b], { prober: { timeout: 60 } });
    roll.backends.hang(A);
    roll.backends.serve(B, "llama");
    roll.backends.latencyMs = 0;
    await roll.start(0);
    const start = roll.clock.now();
    await roll.clock.advance(20_000);
    expect(roll.backends.rollCalls(B).map((at) => at - start)).toEqual(
      Array.from({ length: 11 }, (_, index) => index * 2_000),
    );
    expect(roll.backends.rollCalls(A)).toHaveLength(1);
  });

  it.each([0, 1, 333, 500, 999, 1_000, 1_001, 2_500])(
    "tells within 1.2 s that a loading one is ready, and within one interval that it is renamed, %i ms after the start",
    async (ms) => {
      const roll = new CalledRoll([a]);
      roll.backends.latencyMs = 5;
      await roll.start(10 + ms);
      expect(roll.written.reasons()).toEqual({ a: "loading" });
      roll.backends.serve(A, "llama");
      await roll.clock.advance(1_200);
      expect(roll.written.reasons()).toEqual({ a: "ok" });
      roll.backends.serve(A, "qwen");
      // The interval, and the questions of a probe, which looks again where a name has changed.
      await roll.clock.advance(2_000 + 50);
      expect(roll.written.reasons()).toEqual({ a: "wrong_name" });
    },
  );

  it("asks again soon after a first failure, and says nothing of it", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.latencyMs = 0;
    roll.backends.serve(A, "llama");
    await roll.start(0);
    const start = roll.clock.now();
    roll.backends.refuse(A);
    await roll.clock.advance(2_500);
    expect(roll.written.last.verdicts).toMatchObject([{ reason: "ok", observedAt: start }]);
    await roll.clock.advance(500);
    expect(roll.written.last.verdicts).toMatchObject([{ reason: "loading", observedAt: start + 3_000 }]);
    expect(roll.backends.rollCalls(A).map((at) => at - start)).toEqual([0, 2_000, 3_000]);
  });

  it("dates the evidence when it asks, not when the answer has come", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    roll.backends.latencyMs = 700;
    const start = roll.clock.now();
    await roll.start(3_000);
    expect(roll.written.last.verdicts).toMatchObject([
      { reason: "ok", observedAt: start, lastGoodAt: start },
    ]);
  });

  it("survives a bug in judging one answer: that backend is asked again, the others go on", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.answer(A, () => ({ ...response(502), body: undefined as unknown as string }));
    roll.backends.serve(B, "llama");
    await roll.start(8_000);
    expect(roll.reason("a")).toBe("unknown");
    expect(roll.reason("b")).toBe("ok");
    expect(roll.logged.of("error").length).toBeGreaterThan(1);
    expect(roll.logged.of("error")[0]?.message).toBe("probe failed");
    roll.backends.serve(A, "llama");
    await roll.clock.advance(2_000);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "ok" });
  });

  it("survives an ask that rejects", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.answer(A, () => {
      throw new Error("a bug");
    });
    await roll.start(5_000);
    expect(roll.backends.rollCalls(A).length).toBeGreaterThan(2);
    expect(roll.logged.of("error")[0]?.fields).toEqual({ fault: "a bug" });
  });
});

describe("the first snapshot", () => {
  it("comes when every backend has answered, and not before", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.serve(A, "llama");
    roll.backends.hang(B);
    await roll.start(4_990);
    expect(roll.prober.calledOnce).toBe(false);
    expect(roll.written.snapshots).toEqual([]);
    await roll.clock.advance(10);
    expect(roll.prober.calledOnce).toBe(true);
    expect(roll.written.snapshots).toHaveLength(1);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "timeout" });
  });

  it("does not wait for ever: one timeout and one interval are enough", async () => {
    const roll = new CalledRoll([a, b, c], { prober: { concurrency: 1 } });
    for (const origin of [A, B, C]) roll.backends.hang(origin);
    await roll.start(6_990);
    expect(roll.written.snapshots).toEqual([]);
    await roll.clock.advance(10);
    expect(roll.prober.calledOnce).toBe(true);
    expect(roll.written.reasons()).toEqual({ a: "timeout", b: "unknown", c: "unknown" });
  });

  it("keeps what an earlier run knew of those not asked yet and of those that failed once", async () => {
    const roll = new CalledRoll([a, b, c], { prober: { concurrency: 1 }, previous: wellBefore([a, b, c]) });
    for (const origin of [A, B, C]) roll.backends.hang(origin);
    await roll.start(7_000);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "ok", c: "ok" });
    expect(roll.written.last.verdicts).toMatchObject([{ observedAt: 500 }, { observedAt: 500 }, {}]);
    expect(roll.written.last.prober.instance).toBe("this");
  });

  it("waits for a backend that a new config has brought", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.latencyMs = 100;
    await roll.start(50);
    await roll.use([a, b]);
    await roll.clock.advance(60);
    expect(roll.written.snapshots).toEqual([]);
    await roll.clock.advance(100);
    expect(roll.written.reasons()).toEqual({ a: "loading", b: "loading" });
  });

  it("does not count one that has answered and is gone for one that is still to answer", async () => {
    const roll = new CalledRoll([a, c]);
    roll.backends.hang(C);
    await roll.start();
    await roll.use([b, c]);
    await roll.clock.advance(1_000);
    expect(roll.backends.rollCalls(B)).toHaveLength(1);
    expect(roll.written.snapshots).toEqual([]);
    await roll.clock.advance(4_000);
    expect(roll.written.reasons()).toEqual({ b: "loading", c: "timeout" });
  });

  it("does not wait for a backend that a new config has taken away", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.hang(B);
    roll.backends.latencyMs = 100;
    await roll.start(50);
    await roll.use([a]);
    await roll.clock.advance(60);
    expect(roll.written.reasons()).toEqual({ a: "loading" });
  });
});

describe("publishing", () => {
  it("makes one snapshot of what changes at one moment", async () => {
    const roll = new CalledRoll([a, { ...a, alias: "a2" }, b, c]);
    for (const origin of [A, B, C]) roll.backends.serve(origin, "llama");
    await roll.start();
    expect(roll.written.snapshots).toHaveLength(1);
    for (const origin of [A, B, C]) roll.backends.serve(origin, "qwen");
    await roll.clock.advance(2_005);
    expect(roll.written.reasons()).toEqual({
      a: "wrong_name",
      a2: "wrong_name",
      b: "wrong_name",
      c: "wrong_name",
    });
    // The first one, the heartbeat and the change.
    expect(roll.written.snapshots).toHaveLength(3);
  });

  it("tells a change at once, not at the next beat", async () => {
    const roll = new CalledRoll([a, b], { prober: { interval: 60, not_ready_interval: 1 } });
    roll.backends.serve(A, "llama");
    await roll.start();
    const before = roll.written.snapshots.length;
    roll.backends.serve(B, "llama");
    await roll.clock.advance(1_010);
    expect(roll.written.snapshots).toHaveLength(before + 1);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "ok" });
  });

  it("beats once an interval where nothing changes, with numbers that grow and fresh evidence", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    await roll.start();
    const start = roll.written.last;
    await roll.clock.advance(10_000);
    const isAlive = roll.written.snapshots.slice(1);
    expect(isAlive.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6]);
    expect(
      isAlive.map(
        ({ writtenAt }, index) => writtenAt - (isAlive[index - 1]?.writtenAt ?? start.writtenAt - 4),
      ),
    ).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
    expect(roll.written.last).toMatchObject({ intervalMs: 2_000, config: start.config });
    const newest = roll.written.last.verdicts[0];
    expect(newest?.observedAt).toBeGreaterThan(roll.clock.now() - 2_100);
    expect(newest?.since).toBe(start.verdicts[0]?.since);
  });

  it("goes on when the carrier fails, and is whole again afterwards", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    roll.written.failing = true;
    await roll.start(5_000);
    expect(roll.written.snapshots).toEqual([]);
    roll.written.failing = false;
    await roll.clock.advance(2_000);
    expect(roll.written.reasons()).toEqual({ a: "ok" });
  });
});

describe("the pace of publishing", () => {
  /** From here on every snapshot takes so long to print. */
  function printingTakes(ms: number, { clock, written }: CalledRoll): void {
    let spent = 0;
    const monotonic = clock.monotonic.bind(clock);
    const write = written.write.bind(written);
    vi.spyOn(clock, "monotonic").mockImplementation(() => monotonic() + spent);
    vi.spyOn(written, "write").mockImplementation((snapshot) => {
      spent += ms;
      return write(snapshot);
    });
  }

  it("leaves four times as long as the last one took before the next changes go out, all together", async () => {
    const roll = new CalledRoll([a, b, c], { prober: { interval: 60, not_ready_interval: "50ms" } });
    await roll.start();
    printingTakes(100, roll);
    roll.backends.serve(A, "llama");
    await roll.clock.advance(60);
    const before = roll.written.snapshots.length;
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "loading", c: "loading" });
    roll.backends.serve(B, "llama");
    await roll.clock.advance(100);
    roll.backends.serve(C, "llama");
    await roll.clock.advance(200);
    expect(roll.written.snapshots).toHaveLength(before);
    await roll.clock.advance(100);
    expect(roll.written.snapshots).toHaveLength(before + 1);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "ok", c: "ok" });
  });

  it("holds no heartbeat up", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    await roll.start();
    printingTakes(60_000, roll);
    const before = roll.written.snapshots.length;
    await roll.clock.advance(20_000);
    expect(roll.written.snapshots).toHaveLength(before + 10);
  });

  it("is no matter where printing takes no time", async () => {
    const roll = new CalledRoll([a, b, c], { prober: { interval: 60, not_ready_interval: "50ms" } });
    await roll.start();
    printingTakes(0, roll);
    const before = roll.written.snapshots.length;
    for (const origin of [A, B, C]) {
      roll.backends.serve(origin, "llama");
      await roll.clock.advance(51);
    }
    expect(roll.written.snapshots).toHaveLength(before + 3);
  });
});

describe("a wall clock that is set", () => {
  const MINUTE = 60_000;

  /** What 30 s bring of one that is well, one that loads and one that has long been down, after such a step. */
  async function after(step: number): Promise<object> {
    const roll = new CalledRoll([{ ...a, id: "1" }, b, c], { prober: { load_time: "5m" } });
    roll.backends.serve(A, "llama");
    roll.backends.answer(C, () => failure("EAI_FAIL"));
    await roll.start(2 * MINUTE);
    const asked = roll.backends.asked.length;
    const written = roll.written.snapshots.length;
    const start = roll.clock.monotonic();
    roll.clock.step(step);
    const soon = roll.prober.probeSoon("1");
    await roll.clock.advance(30_000);
    const metrics = await roll.prober.printMetrics({ configFault: false });
    return {
      soon,
      asked: roll.backends.asked
        .slice(asked)
        .map(({ origin, path, monotonic }) => [monotonic - start, origin, path]),
      written: roll.written.snapshots.length - written,
      reasons: roll.written.reasons(),
      metrics: metrics.match(/^rollcall_.*(state_seconds|age_seconds|lateness_seconds_(sum|count)).*$/gm),
    };
  }

  it.each([10 * MINUTE, -10 * MINUTE])(
    "by %i ms neither suspends nor hurries a probe, a snapshot, a load or an age",
    async (step) => {
      const untouched = await after(0);
      expect(untouched).toMatchObject({ soon: true, reasons: { a: "ok", b: "loading", c: "dns" } });
      expect(await after(step)).toEqual(untouched);
    },
  );
});

describe("a new config", () => {
  it("keeps the verdicts and the rhythm of what is the same, and asks what is new at once", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    roll.backends.serve(B, "llama");
    roll.backends.latencyMs = 0;
    await roll.start(0);
    const start = roll.clock.now();
    await roll.clock.advance(500);
    await roll.use([a, b]);
    await roll.clock.advance(0);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "ok" });
    expect(roll.backends.rollCalls(A)).toEqual([start]);
    expect(roll.backends.rollCalls(B)).toEqual([start + 500]);
    await roll.clock.advance(1_500);
    expect(roll.backends.rollCalls(A)).toEqual([start, start + 2_000]);
  });

  it("is published at once, with what is not asked yet as unknown", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    await roll.start();
    roll.backends.hang(B);
    const before = roll.written.last;
    await roll.use([a, b]);
    expect(roll.written.reasons()).toEqual({ a: "ok", b: "unknown" });
    expect(roll.written.last.config).not.toBe(before.config);
    expect(roll.written.last.verdicts[0]).toEqual(before.verdicts[0]);
  });

  it("ends the asking of what it does not name", async () => {
    const roll = new CalledRoll([a, b]);
    await roll.start();
    await roll.use([a]);
    const asked = roll.backends.rollCalls(B).length;
    await roll.clock.advance(10_000);
    expect(roll.backends.rollCalls(B)).toHaveLength(asked);
    expect(roll.written.reasons()).toEqual({ a: "loading" });
  });

  it("cuts a probe of what it does not name, and its answer counts for nothing", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.latencyMs = 100;
    roll.backends.serve(A, "llama");
    roll.backends.serve(B, "llama");
    await roll.start(50);
    await roll.use([b]);
    await roll.clock.advance(500);
    expect(roll.written.reasons()).toEqual({ b: "ok" });
    expect(roll.logged.lines.filter(({ message }) => message === "deployment changed")).toHaveLength(1);
    const text = await roll.prober.printMetrics({ configFault: false });
    expect(text.match(/^rollcall_prober_probes_total.* [1-9]\d*$/gm)).toEqual([
      'rollcall_prober_probes_total{result="models"} 1',
    ]);
  });

  it("asks under the new URL, and knows nothing until it has", async () => {
    const fixed = { ...a, id: "d" };
    const roll = new CalledRoll([fixed]);
    roll.backends.serve(A, "llama");
    await roll.start();
    roll.backends.hang(B);
    await roll.use([{ ...fixed, base: B }]);
    await roll.clock.advance(2_000);
    expect(roll.written.reasons()).toEqual({ a: "unknown" });
    expect(roll.backends.rollCalls(A)).toHaveLength(1);
    expect(roll.backends.rollCalls(B)).toHaveLength(1);
  });

  it("with a new value behind the same reference asks with the new key and keeps the verdict", async () => {
    const entries = [{ ...a, key: "os.environ/KEY" }];
    const roll = new CalledRoll(entries, { env: { KEY: "old" } });
    roll.backends.answer(A, ({ headers, path }) =>
      path === "/health" || headers["authorization"] === "Bearer new"
        ? response(200, { object: "list", data: [{ id: "llama" }] })
        : response(401, { error: "Unauthorized" }),
    );
    await roll.start();
    expect(roll.reason("a")).toBe("wrong_key");
    await roll.use(entries, {}, { KEY: "new" });
    expect(roll.reason("a")).toBe("wrong_key");
    await roll.clock.advance(1_010);
    expect(roll.reason("a")).toBe("ok");
  });

  it("with another interval takes it from the next probe on", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    roll.backends.latencyMs = 0;
    await roll.start(0);
    const start = roll.clock.now();
    await roll.use([a], { prober: { interval: "500ms" } });
    await roll.clock.advance(3_000);
    expect(roll.backends.rollCalls(A).map((at) => at - start)).toEqual([0, 2_000, 2_500, 3_000]);
    expect(roll.written.last.intervalMs).toBe(500);
  });
});

describe("a backend that is long out", () => {
  const refusing = () => response(401, { error: "Unauthorized" });

  /** How far apart it was asked for its models within this time. */
  async function gaps(roll: CalledRoll, ms: number): Promise<readonly number[]> {
    const start = roll.clock.now();
    await roll.clock.advance(ms);
    const at = roll.backends.rollCalls(A).filter((time) => time >= start);
    return at.slice(1).map((time, index) => time - (at[index] ?? 0));
  }

  it("is asked more and more seldom, up to the longest interval", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.latencyMs = 0;
    roll.backends.answer(A, refusing);
    await roll.start(0);
    expect(await gaps(roll, 30_000)).toEqual(Array.from({ length: 30 }, () => 1_000));
    await roll.clock.advance(270_000);
    const middle = await gaps(roll, 30_000);
    expect(Math.min(...middle)).toBeGreaterThanOrEqual(4_900);
    expect(Math.max(...middle)).toBeLessThanOrEqual(5_600);
    await roll.clock.advance(3_600_000);
    expect(await gaps(roll, 60_000)).toEqual(Array.from({ length: 5 }, () => 10_000));
  });

  it.each([
    [0, 4_000],
    [0.5, 3_800],
    [0.999, 3_600],
  ])("is asked up to a tenth sooner, by chance: %s", async (random, ms) => {
    const roll = new CalledRoll([a], { prober: { max_interval: 4 }, random: () => random });
    roll.backends.latencyMs = 0;
    roll.backends.answer(A, refusing);
    await roll.start(3_600_000);
    for (const gap of await gaps(roll, 60_000)) expect(Math.abs(gap - ms)).toBeLessThan(2);
  });

  it("is asked at once when somebody asks for it, and at its interval again once it is well", async () => {
    const roll = new CalledRoll([{ ...a, id: "1" }]);
    roll.backends.latencyMs = 0;
    roll.backends.answer(A, refusing);
    await roll.start(3_600_000);
    await gaps(roll, 10_000);
    const asked = roll.backends.rollCalls(A).length;
    roll.backends.serve(A, "llama");
    await roll.clock.advance(1_000);
    const soon = roll.prober.probeSoon("1");
    await roll.clock.advance(0);
    expect([soon, roll.backends.rollCalls(A).length, roll.reason("a")]).toEqual([true, asked + 1, "ok"]);
    expect(await gaps(roll, 10_000)).toEqual(Array.from({ length: 5 }, () => 2_000));
  });
});

describe("asking soon", () => {
  it("is not done for what the config has not, nor right after it was asked", async () => {
    const roll = new CalledRoll([{ ...a, id: "1" }]);
    roll.backends.latencyMs = 0;
    await roll.start(0);
    expect([roll.prober.probeSoon("1"), roll.prober.probeSoon("2")]).toEqual([false, false]);
    await roll.clock.advance(249);
    expect(roll.prober.probeSoon("1")).toBe(false);
    await roll.clock.advance(1);
    expect(roll.prober.probeSoon("1")).toBe(true);
    await roll.clock.advance(0);
    expect(roll.backends.rollCalls(A)).toHaveLength(2);
  });

  it("while it is asked means once more afterwards", async () => {
    const roll = new CalledRoll([{ ...a, id: "1" }]);
    roll.backends.serve(A, "llama");
    roll.backends.latencyMs = 300;
    await roll.start(299);
    expect(roll.prober.probeSoon("1")).toBe(true);
    await roll.clock.advance(1_000);
    expect(roll.backends.rollCalls(A)).toHaveLength(2);
  });
});

describe("the log", () => {
  it("has one line a change and none a probe, and names neither host nor key", async () => {
    const roll = new CalledRoll([{ ...a, key: "sk-hidden" }]);
    await roll.start(5_000);
    roll.backends.serve(A, "llama");
    await roll.clock.advance(10_000);
    roll.backends.answer(A, () => failure("ENOTFOUND"));
    await roll.clock.advance(10_000);
    const changes = roll.logged.lines.filter(({ message }) => message === "deployment changed");
    expect(changes.map(({ level, fields }) => [level, fields["from"], fields["to"]])).toEqual([
      ["info", "unknown", "loading"],
      ["info", "loading", "ok"],
      ["warn", "ok", "dns"],
    ]);
    expect(changes[2]?.fields).toMatchObject({
      alias: "a",
      detail: expect.any(String),
      fix: expect.any(String),
    });
    expect(JSON.stringify(roll.logged.lines)).not.toMatch(/sk-hidden|http:|a:8000/);
  });
});

describe("metrics", () => {
  it("count probes by what came back, and a transition only where the reason changed", async () => {
    const roll = new CalledRoll([a]);
    await roll.start();
    for (const name of ["qwen", "phi", "llama"]) {
      roll.backends.serve(A, name);
      await roll.clock.advance(1_010);
    }
    const text = await roll.prober.printMetrics({ configFault: false });
    expect(text).toContain('rollcall_prober_probes_total{result="absent"} 1');
    expect(text).toContain('rollcall_prober_probes_total{result="models"} 3');
    expect(text).toContain('rollcall_prober_transitions_total{reason="loading"} 1');
    expect(text).toContain('rollcall_prober_transitions_total{reason="wrong_name"} 1');
    expect(text).toContain('rollcall_prober_transitions_total{reason="ok"} 1');
  });
});

describe("stop", () => {
  it("ends asking and publishing, a probe under way included", async () => {
    const roll = new CalledRoll([a, b]);
    roll.backends.serve(A, "llama");
    roll.backends.hang(B);
    await roll.start(5_500);
    await roll.prober.stop();
    await roll.clock.advance(0);
    const asked = roll.backends.asked.length;
    const written = roll.written.snapshots.length;
    await roll.clock.advance(60_000);
    expect(roll.backends.asked).toHaveLength(asked);
    expect(roll.written.snapshots).toHaveLength(written);
  });

  it("before the first roll call is over publishes nothing", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.hang(A);
    await roll.start(100);
    await roll.prober.stop();
    await roll.clock.advance(60_000);
    expect(roll.written.snapshots).toEqual([]);
  });

  it("publishes nothing more, though a change was about to be", async () => {
    const roll = new CalledRoll([a]);
    await roll.start();
    vi.spyOn(roll.prober.metrics, "changed").mockImplementation(() => void roll.prober.stop());
    roll.backends.serve(A, "llama");
    await roll.clock.advance(1_500);
    expect(roll.reason("a")).toBe("ok");
    expect(roll.written.reasons()).toEqual({ a: "loading" });
  });

  it("is over when the carrier has done what was under way", async () => {
    const roll = new CalledRoll([a]);
    await roll.start();
    expect(roll.written.closed).toBe(false);
    await roll.prober.stop();
    expect(roll.written.closed).toBe(true);
  });

  it("is for good: a config that comes afterwards begins nothing", async () => {
    const roll = new CalledRoll([a]);
    await roll.start();
    await roll.prober.stop();
    await roll.clock.advance(10);
    const written = roll.written.snapshots.length;
    await roll.use([a, b]);
    await roll.clock.advance(60_000);
    expect(roll.backends.rollCalls(B)).toEqual([]);
    expect(roll.written.snapshots).toHaveLength(written);
  });
});

it("an edited model name is tried at once, however seldom its backend was asked meanwhile", async () => {
  const roll = new CalledRoll([{ alias: "a", base: "http://a:8000", model: "llama" }]);
  roll.backends.serve("http://a:8000", "qwen");
  await roll.start();
  await roll.clock.advance(3_600_000);
  expect(roll.reason("a")).toBe("wrong_name");
  await roll.use([{ alias: "a", base: "http://a:8000", model: "qwen" }]);
  await roll.clock.advance(10);
  expect(roll.reason("a")).toBe("ok");
});
