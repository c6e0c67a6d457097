import { describe, expect, it, vi } from "vitest";
import { failure, response } from "../test/answers.ts";
import { ProberHarness } from "../test/prober-harness.ts";
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

describe("a probe round", () => {
  it("asks a backend once, however many deployments use it", async () => {
    const harness = new ProberHarness([a, { ...a, alias: "a2" }, { ...a, alias: "a3", model: "qwen" }]);
    harness.backends.serve(A, "llama");
    await harness.start();
    const paths = harness.backends.asked.map(({ path }) => path);
    expect(paths).toEqual(["/v1/models", "/health", "/metrics", "/version", "/openapi.json"]);
    expect(harness.written.reasons()).toEqual({ a: "ok", a2: "ok", a3: "wrong_name" });
  });

  it("asks one server twice when it is reached with two keys", async () => {
    const harness = new ProberHarness([
      { ...a, key: "k1" },
      { ...a, alias: "a2", key: "k2" },
    ]);
    harness.backends.serve(A, "llama");
    await harness.start();
    const keys = harness.backends.asked.map(({ headers }) => headers["authorization"]);
    expect(new Set(keys)).toEqual(new Set(["Bearer k1", "Bearer k2"]));
  });

  it("goes on at the interval where all is well, and at the shorter one where something is not", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.serve(A, "llama");
    harness.backends.latencyMs = 0;
    await harness.start(0);
    const start = harness.clock.now();
    await harness.clock.advance(6_000);
    expect(harness.backends.probeTimes(A).map((at) => at - start)).toEqual([0, 2_000, 4_000, 6_000]);
    expect(harness.backends.probeTimes(B).map((at) => at - start)).toEqual([
      0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000,
    ]);
  });

  it("never asks one backend twice at once, hanging or removed and brought back", async () => {
    const harness = new ProberHarness([a, b], { prober: { timeout: 30, interval: 1 } });
    harness.backends.hang(A);
    await harness.start(5_000);
    await harness.use([b]);
    await harness.use([a, b]);
    await harness.clock.advance(120_000);
    expect(harness.backends.mostOfOne).toBe(1);
    expect(harness.backends.probeTimes(A).length).toBeGreaterThan(3);
  });

  it("has no more under way at once than the config allows, and follows a new bound", async () => {
    const entries = Array.from({ length: 9 }, (_, index) => ({
      alias: `m${index}`,
      base: `http://m${index}`,
    }));
    const harness = new ProberHarness(entries, { prober: { concurrency: 2 } });
    harness.backends.latencyMs = 100;
    await harness.start(150);
    expect(harness.backends.mostAtOnce).toBe(2);
    expect(harness.backends.asked).toHaveLength(4);
    await harness.use(entries, { prober: { concurrency: 4 } });
    await harness.clock.advance(10_000);
    expect(harness.backends.mostAtOnce).toBe(4);
    expect(new Set(harness.backends.asked.map(({ origin }) => origin)).size).toBe(9);
  });

  it("is not delayed by a backend that hangs", async () => {
    const harness = new ProberHarness([a, b], { prober: { timeout: 60 } });
    harness.backends.hang(A);
    harness.backends.serve(B, "llama");
    harness.backends.latencyMs = 0;
    await harness.start(0);
    const start = harness.clock.now();
    await harness.clock.advance(20_000);
    expect(harness.backends.probeTimes(B).map((at) => at - start)).toEqual(
      Array.from({ length: 11 }, (_, index) => index * 2_000),
    );
    expect(harness.backends.probeTimes(A)).toHaveLength(1);
  });

  it.each([0, 1, 333, 500, 999, 1_000, 1_001, 2_500])(
    "tells within 1.2 s that a loading one is ready, and within one interval that it is renamed, %i ms after the start",
    async (ms) => {
      const harness = new ProberHarness([a]);
      harness.backends.latencyMs = 5;
      await harness.start(10 + ms);
      expect(harness.written.reasons()).toEqual({ a: "loading" });
      harness.backends.serve(A, "llama");
      await harness.clock.advance(1_200);
      expect(harness.written.reasons()).toEqual({ a: "ok" });
      harness.backends.serve(A, "qwen");
      // The interval, and the questions of a probe, which looks again where a name has changed.
      await harness.clock.advance(2_000 + 50);
      expect(harness.written.reasons()).toEqual({ a: "wrong_name" });
    },
  );

  it("asks again soon after a first failure, and says nothing of it", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.latencyMs = 0;
    harness.backends.serve(A, "llama");
    await harness.start(0);
    const start = harness.clock.now();
    harness.backends.answer(A, () => response(502, "Bad Gateway"));
    await harness.clock.advance(2_500);
    expect(harness.written.last.verdicts).toMatchObject([{ reason: "ok", observedAt: start }]);
    await harness.clock.advance(500);
    expect(harness.written.last.verdicts).toMatchObject([
      { reason: "proxy_error", observedAt: start + 3_000 },
    ]);
    expect(harness.backends.probeTimes(A).map((at) => at - start)).toEqual([0, 2_000, 3_000]);
  });

  it("says within a second of the first refusal that one which was ready is down", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.latencyMs = 0;
    harness.backends.serve(A, "llama");
    await harness.start(0);
    const start = harness.clock.now();
    harness.backends.refuse(A);
    await harness.clock.advance(2_100);
    expect(harness.written.last.verdicts).toMatchObject([{ reason: "ok", observedAt: start }]);
    await harness.clock.advance(100);
    expect(harness.written.last.verdicts).toMatchObject([{ reason: "down", observedAt: start + 2_150 }]);
  });

  it("dates the evidence when it asks, not when the answer has come", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    harness.backends.latencyMs = 700;
    const start = harness.clock.now();
    await harness.start(3_000);
    expect(harness.written.last.verdicts).toMatchObject([
      { reason: "ok", observedAt: start, lastGoodAt: start },
    ]);
  });

  it("survives a bug in judging one answer: that backend is asked again, the others go on", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.answer(A, () => ({ ...response(502), body: undefined as unknown as string }));
    harness.backends.serve(B, "llama");
    await harness.start(8_000);
    expect(harness.reason("a")).toBe("unknown");
    expect(harness.reason("b")).toBe("ok");
    expect(harness.logged.of("error").length).toBeGreaterThan(1);
    expect(harness.logged.of("error")[0]?.message).toBe(
      "internal error in a probe; retrying at the next interval",
    );
    harness.backends.serve(A, "llama");
    await harness.clock.advance(2_000);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok" });
  });

  it("survives an ask that rejects", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.answer(A, () => {
      throw new Error("a bug");
    });
    await harness.start(5_000);
    expect(harness.backends.probeTimes(A).length).toBeGreaterThan(2);
    expect(harness.logged.of("error")[0]?.fields).toEqual({
      error: "a bug",
      stack: expect.stringContaining("prober.test.ts"),
    });
  });
});

describe("the first snapshot", () => {
  it("comes when every backend has answered, and not before", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.serve(A, "llama");
    harness.backends.hang(B);
    await harness.start(4_990);
    expect(harness.prober.initialRoundDone).toBe(false);
    expect(harness.written.snapshots).toEqual([]);
    await harness.clock.advance(10);
    expect(harness.prober.initialRoundDone).toBe(true);
    expect(harness.written.snapshots).toHaveLength(1);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "timeout" });
  });

  it("does not wait for ever: one timeout and one interval are enough", async () => {
    const harness = new ProberHarness([a, b, c], { prober: { concurrency: 1 } });
    for (const origin of [A, B, C]) harness.backends.hang(origin);
    await harness.start(6_990);
    expect(harness.written.snapshots).toEqual([]);
    await harness.clock.advance(10);
    expect(harness.prober.initialRoundDone).toBe(true);
    expect(harness.written.reasons()).toEqual({ a: "timeout", b: "unknown", c: "unknown" });
  });

  it("keeps what an earlier run knew of those not asked yet and of those that failed once", async () => {
    const harness = new ProberHarness([a, b, c], {
      prober: { concurrency: 1 },
      previous: wellBefore([a, b, c]),
    });
    for (const origin of [A, B, C]) harness.backends.hang(origin);
    await harness.start(7_000);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok", c: "ok" });
    expect(harness.written.last.verdicts).toMatchObject([{ observedAt: 500 }, { observedAt: 500 }, {}]);
    expect(harness.written.last.prober.instance).toBe("this");
  });

  it("waits for a backend that a new config has brought", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.latencyMs = 100;
    await harness.start(50);
    await harness.use([a, b]);
    await harness.clock.advance(60);
    expect(harness.written.snapshots).toEqual([]);
    await harness.clock.advance(100);
    expect(harness.written.reasons()).toEqual({ a: "loading", b: "loading" });
  });

  it("does not count one that has answered and is gone for one that is still to answer", async () => {
    const harness = new ProberHarness([a, c]);
    harness.backends.hang(C);
    await harness.start();
    await harness.use([b, c]);
    await harness.clock.advance(1_000);
    expect(harness.backends.probeTimes(B)).toHaveLength(1);
    expect(harness.written.snapshots).toEqual([]);
    await harness.clock.advance(4_000);
    expect(harness.written.reasons()).toEqual({ b: "loading", c: "timeout" });
  });

  it("does not wait for a backend that a new config has taken away", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.hang(B);
    harness.backends.latencyMs = 100;
    await harness.start(50);
    await harness.use([a]);
    await harness.clock.advance(60);
    expect(harness.written.reasons()).toEqual({ a: "loading" });
  });
});

describe("publishing", () => {
  it("makes one snapshot of what changes at one moment", async () => {
    const harness = new ProberHarness([a, { ...a, alias: "a2" }, b, c]);
    for (const origin of [A, B, C]) harness.backends.serve(origin, "llama");
    await harness.start();
    expect(harness.written.snapshots).toHaveLength(1);
    for (const origin of [A, B, C]) harness.backends.serve(origin, "qwen");
    await harness.clock.advance(2_005);
    expect(harness.written.reasons()).toEqual({
      a: "wrong_name",
      a2: "wrong_name",
      b: "wrong_name",
      c: "wrong_name",
    });
    // The first one, the heartbeat and the change.
    expect(harness.written.snapshots).toHaveLength(3);
  });

  it("tells a change at once, not at the next beat", async () => {
    const harness = new ProberHarness([a, b], { prober: { interval: 60, not_ready_interval: 1 } });
    harness.backends.serve(A, "llama");
    await harness.start();
    const before = harness.written.snapshots.length;
    harness.backends.serve(B, "llama");
    await harness.clock.advance(1_010);
    expect(harness.written.snapshots).toHaveLength(before + 1);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok" });
  });

  it("beats once an interval where nothing changes, with numbers that grow and fresh evidence", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    await harness.start();
    const start = harness.written.last;
    await harness.clock.advance(10_000);
    const isAlive = harness.written.snapshots.slice(1);
    expect(isAlive.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6]);
    expect(
      isAlive.map(
        ({ writtenAt }, index) => writtenAt - (isAlive[index - 1]?.writtenAt ?? start.writtenAt - 4),
      ),
    ).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
    expect(harness.written.last).toMatchObject({ intervalMs: 2_000, config: start.config });
    const newest = harness.written.last.verdicts[0];
    expect(newest?.observedAt).toBeGreaterThan(harness.clock.now() - 2_100);
    expect(newest?.since).toBe(start.verdicts[0]?.since);
  });

  it("goes on when the carrier fails, and is whole again afterwards", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    harness.written.failing = true;
    await harness.start(5_000);
    expect(harness.written.snapshots).toEqual([]);
    harness.written.failing = false;
    await harness.clock.advance(2_000);
    expect(harness.written.reasons()).toEqual({ a: "ok" });
  });
});

describe("the pace of publishing", () => {
  /** From here on every snapshot takes so long to print. */
  function printingTakes(ms: number, { clock, written }: ProberHarness): void {
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
    const harness = new ProberHarness([a, b, c], { prober: { interval: 60, not_ready_interval: "50ms" } });
    await harness.start();
    printingTakes(100, harness);
    harness.backends.serve(A, "llama");
    await harness.clock.advance(60);
    const before = harness.written.snapshots.length;
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "loading", c: "loading" });
    harness.backends.serve(B, "llama");
    await harness.clock.advance(100);
    harness.backends.serve(C, "llama");
    await harness.clock.advance(200);
    expect(harness.written.snapshots).toHaveLength(before);
    await harness.clock.advance(100);
    expect(harness.written.snapshots).toHaveLength(before + 1);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok", c: "ok" });
  });

  it("holds no heartbeat up", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    await harness.start();
    printingTakes(60_000, harness);
    const before = harness.written.snapshots.length;
    await harness.clock.advance(20_000);
    expect(harness.written.snapshots).toHaveLength(before + 10);
  });

  it("is no matter where printing takes no time", async () => {
    const harness = new ProberHarness([a, b, c], { prober: { interval: 60, not_ready_interval: "50ms" } });
    await harness.start();
    printingTakes(0, harness);
    const before = harness.written.snapshots.length;
    for (const origin of [A, B, C]) {
      harness.backends.serve(origin, "llama");
      await harness.clock.advance(51);
    }
    expect(harness.written.snapshots).toHaveLength(before + 3);
  });
});

describe("a wall clock that is set", () => {
  const MINUTE = 60_000;

  /** What 30 s bring of one that is well, one that loads and one that has long been down, after such a step. */
  async function after(step: number): Promise<object> {
    const harness = new ProberHarness([{ ...a, id: "1" }, b, c], { prober: { load_time: "5m" } });
    harness.backends.serve(A, "llama");
    harness.backends.answer(C, () => failure("EAI_FAIL"));
    await harness.start(2 * MINUTE);
    const asked = harness.backends.asked.length;
    const written = harness.written.snapshots.length;
    const start = harness.clock.monotonic();
    harness.clock.step(step);
    const soon = harness.prober.probeSoon("1");
    await harness.clock.advance(30_000);
    const metrics = await harness.prober.printMetrics();
    return {
      soon,
      asked: harness.backends.asked
        .slice(asked)
        .map(({ origin, path, monotonic }) => [monotonic - start, origin, path]),
      written: harness.written.snapshots.length - written,
      reasons: harness.written.reasons(),
      metrics: metrics.match(/^rollcall_.*(state_seconds|age_seconds|lateness_seconds_(sum|count)).*$/gm),
    };
  }

  it.each([10 * MINUTE, -10 * MINUTE])(
    "by %i ms neither suspends nor hurries a probe, a snapshot, a load or an age",
    async (step) => {
      const untouched = await after(0);
      expect(untouched).toMatchObject({
        soon: true,
        reasons: { a: "ok", b: "loading", c: "dns" },
        metrics: expect.arrayContaining([
          expect.stringMatching(/^rollcall_deployment_state_seconds\{.*alias="a"\} 1(49|50)\b/),
        ]),
      });
      expect(await after(step)).toEqual(untouched);
    },
  );
});

describe("a new config", () => {
  it("keeps the verdicts and the rhythm of what is the same, and asks what is new at once", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    harness.backends.serve(B, "llama");
    harness.backends.latencyMs = 0;
    await harness.start(0);
    const start = harness.clock.now();
    await harness.clock.advance(500);
    await harness.use([a, b]);
    await harness.clock.advance(0);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok" });
    expect(harness.backends.probeTimes(A)).toEqual([start]);
    expect(harness.backends.probeTimes(B)).toEqual([start + 500]);
    await harness.clock.advance(1_500);
    expect(harness.backends.probeTimes(A)).toEqual([start, start + 2_000]);
  });

  it("is published at once, with what is not asked yet as unknown", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    await harness.start();
    harness.backends.hang(B);
    const before = harness.written.last;
    await harness.use([a, b]);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "unknown" });
    expect(harness.written.last.config).not.toBe(before.config);
    expect(harness.written.last.verdicts[0]).toEqual(before.verdicts[0]);
  });

  it("ends the asking of what it does not name", async () => {
    const harness = new ProberHarness([a, b]);
    await harness.start();
    await harness.use([a]);
    const asked = harness.backends.probeTimes(B).length;
    await harness.clock.advance(10_000);
    expect(harness.backends.probeTimes(B)).toHaveLength(asked);
    expect(harness.written.reasons()).toEqual({ a: "loading" });
  });

  it("cuts a probe of what it does not name, and its answer counts for nothing", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.latencyMs = 100;
    harness.backends.serve(A, "llama");
    harness.backends.serve(B, "llama");
    await harness.start(50);
    await harness.use([b]);
    await harness.clock.advance(500);
    expect(harness.written.reasons()).toEqual({ b: "ok" });
    expect(harness.logged.lines.filter(({ message }) => message === "deployment changed")).toHaveLength(1);
    const text = await harness.prober.printMetrics();
    expect(text.match(/^rollcall_prober_probes_total.* [1-9]\d*$/gm)).toEqual([
      'rollcall_prober_probes_total{result="models"} 1',
    ]);
  });

  it("asks under the new URL, and knows nothing until it has", async () => {
    const fixed = { ...a, id: "d" };
    const harness = new ProberHarness([fixed]);
    harness.backends.serve(A, "llama");
    await harness.start();
    harness.backends.hang(B);
    await harness.use([{ ...fixed, base: B }]);
    await harness.clock.advance(2_000);
    expect(harness.written.reasons()).toEqual({ a: "unknown" });
    expect(harness.backends.probeTimes(A)).toHaveLength(1);
    expect(harness.backends.probeTimes(B)).toHaveLength(1);
  });

  it("with a new value behind the same reference asks with the new key and keeps the verdict", async () => {
    const entries = [{ ...a, key: "os.environ/KEY" }];
    const harness = new ProberHarness(entries, { env: { KEY: "old" } });
    harness.backends.answer(A, ({ headers, path }) =>
      path === "/health" || headers["authorization"] === "Bearer new"
        ? response(200, { object: "list", data: [{ id: "llama" }] })
        : response(401, { error: "Unauthorized" }),
    );
    await harness.start();
    expect(harness.reason("a")).toBe("wrong_key");
    await harness.use(entries, {}, { KEY: "new" });
    expect(harness.reason("a")).toBe("wrong_key");
    await harness.clock.advance(1_010);
    expect(harness.reason("a")).toBe("ok");
  });

  it("with another interval takes it from the next probe on", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    harness.backends.latencyMs = 0;
    await harness.start(0);
    const start = harness.clock.now();
    await harness.use([a], { prober: { interval: "500ms" } });
    await harness.clock.advance(3_000);
    expect(harness.backends.probeTimes(A).map((at) => at - start)).toEqual([0, 2_000, 2_500, 3_000]);
    expect(harness.written.last.intervalMs).toBe(500);
  });
});

describe("a backend that is long out", () => {
  const refusing = () => response(401, { error: "Unauthorized" });

  /** How far apart it was asked for its models within this time. */
  async function gaps(harness: ProberHarness, ms: number): Promise<readonly number[]> {
    const start = harness.clock.now();
    await harness.clock.advance(ms);
    const at = harness.backends.probeTimes(A).filter((time) => time >= start);
    return at.slice(1).map((time, index) => time - (at[index] ?? 0));
  }

  it("is asked more and more seldom, up to the longest interval", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.latencyMs = 0;
    harness.backends.answer(A, refusing);
    await harness.start(0);
    expect(await gaps(harness, 30_000)).toEqual(Array.from({ length: 30 }, () => 1_000));
    await harness.clock.advance(270_000);
    const middle = await gaps(harness, 30_000);
    expect(Math.min(...middle)).toBeGreaterThanOrEqual(4_900);
    expect(Math.max(...middle)).toBeLessThanOrEqual(5_600);
    await harness.clock.advance(3_600_000);
    expect(await gaps(harness, 60_000)).toEqual(Array.from({ length: 5 }, () => 10_000));
  });

  it.each([
    [0, 4_000],
    [0.5, 3_800],
    [0.999, 3_600],
  ])("is asked up to a tenth sooner, by chance: %s", async (random, ms) => {
    const harness = new ProberHarness([a], { prober: { max_interval: 4 }, random: () => random });
    harness.backends.latencyMs = 0;
    harness.backends.answer(A, refusing);
    await harness.start(3_600_000);
    for (const gap of await gaps(harness, 60_000)) expect(Math.abs(gap - ms)).toBeLessThan(2);
  });

  it("is asked at once when somebody asks for it, and at its interval again once it is well", async () => {
    const harness = new ProberHarness([{ ...a, id: "1" }]);
    harness.backends.latencyMs = 0;
    harness.backends.answer(A, refusing);
    await harness.start(3_600_000);
    await gaps(harness, 10_000);
    const asked = harness.backends.probeTimes(A).length;
    harness.backends.serve(A, "llama");
    await harness.clock.advance(1_000);
    const soon = harness.prober.probeSoon("1");
    await harness.clock.advance(0);
    expect([soon, harness.backends.probeTimes(A).length, harness.reason("a")]).toEqual([
      true,
      asked + 1,
      "ok",
    ]);
    expect(await gaps(harness, 10_000)).toEqual(Array.from({ length: 5 }, () => 2_000));
  });
});

describe("a port that begins to refuse", () => {
  it("is told within half a second, though the verdict waits for five failures, and once", async () => {
    const harness = new ProberHarness([{ ...a, id: "1" }], { prober: { failures: 5 } });
    harness.backends.serve(A, "llama");
    harness.backends.latencyMs = 0;
    await harness.start(0);
    harness.backends.answer(A, () => failure("ECONNREFUSED"));
    await harness.clock.advance(2_000);
    const { changes, snapshots } = harness.written;
    const seenAt = harness.clock.now();
    const before = snapshots.length;
    await harness.clock.advance(150);
    expect(snapshots.length).toBe(before + 1);
    expect(changes.at(-1)?.changed).toMatchObject([{ deployment: "1", reason: "ok", refusedSince: seenAt }]);
    expect(harness.prober.events.newest).toBe(1);
    await harness.clock.advance(20_000);
    expect(harness.written.last.verdicts[0]).toMatchObject({ reason: "down", refusedSince: seenAt });
    harness.backends.serve(A, "llama");
    await harness.clock.advance(10_000);
    expect(harness.written.last.verdicts[0]).not.toHaveProperty("refusedSince");
  });
});

describe("asking soon", () => {
  it("is not done for what the config has not, nor right after it was asked", async () => {
    const harness = new ProberHarness([{ ...a, id: "1" }]);
    harness.backends.latencyMs = 0;
    await harness.start(0);
    expect([harness.prober.probeSoon("1"), harness.prober.probeSoon("2")]).toEqual([false, false]);
    await harness.clock.advance(249);
    expect(harness.prober.probeSoon("1")).toBe(false);
    await harness.clock.advance(1);
    expect(harness.prober.probeSoon("1")).toBe(true);
    await harness.clock.advance(0);
    expect(harness.backends.probeTimes(A)).toHaveLength(2);
  });

  it("tells at once what comes of it, though it is what was known: whoever asked waits for newer evidence", async () => {
    const harness = new ProberHarness([
      { ...a, id: "1" },
      { ...b, id: "2" },
    ]);
    for (const base of [A, B]) harness.backends.serve(base, "llama");
    await harness.start(20);
    await harness.clock.advance(500);
    const { snapshots, changes } = harness.written;
    const count = snapshots.length;
    expect(harness.prober.probeSoon("1")).toBe(true);
    const askedAt = harness.clock.now();
    await harness.clock.advance(20);
    expect(snapshots.length).toBe(count + 1);
    expect(changes.at(-1)?.changed).toMatchObject([{ deployment: "1", reason: "ok", observedAt: askedAt }]);
    // A heartbeat tells it no second time.
    await harness.clock.advance(2_000);
    expect(changes.at(-1)?.changed).toEqual([]);
  });

  it("while it is asked means once more afterwards", async () => {
    const harness = new ProberHarness([{ ...a, id: "1" }]);
    harness.backends.serve(A, "llama");
    harness.backends.latencyMs = 300;
    await harness.start(299);
    expect(harness.prober.probeSoon("1")).toBe(true);
    await harness.clock.advance(1_000);
    expect(harness.backends.probeTimes(A)).toHaveLength(2);
  });
});

describe("the log", () => {
  it("has one line a change and none a probe, and names neither host nor key", async () => {
    const harness = new ProberHarness([{ ...a, key: "sk-hidden" }]);
    await harness.start(5_000);
    harness.backends.serve(A, "llama");
    await harness.clock.advance(10_000);
    harness.backends.answer(A, () => failure("ENOTFOUND"));
    await harness.clock.advance(10_000);
    const changes = harness.logged.lines.filter(({ message }) => message === "deployment changed");
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
    expect(JSON.stringify(harness.logged.lines)).not.toMatch(/sk-hidden|http:|a:8000/);
  });
});

describe("metrics", () => {
  it("count probes by what came back, and a transition only where the reason changed", async () => {
    const harness = new ProberHarness([a]);
    await harness.start();
    for (const name of ["qwen", "phi", "llama"]) {
      harness.backends.serve(A, name);
      await harness.clock.advance(1_010);
    }
    const text = await harness.prober.printMetrics();
    expect(text).toContain('rollcall_prober_probes_total{result="absent"} 1');
    expect(text).toContain('rollcall_prober_probes_total{result="models"} 3');
    expect(text).toContain('rollcall_prober_transitions_total{reason="loading"} 1');
    expect(text).toContain('rollcall_prober_transitions_total{reason="wrong_name"} 1');
    expect(text).toContain('rollcall_prober_transitions_total{reason="ok"} 1');
  });
});

describe("stop", () => {
  it("ends asking and publishing, a probe under way included", async () => {
    const harness = new ProberHarness([a, b]);
    harness.backends.serve(A, "llama");
    harness.backends.hang(B);
    await harness.start(5_500);
    await harness.prober.stop();
    await harness.clock.advance(0);
    const asked = harness.backends.asked.length;
    const written = harness.written.snapshots.length;
    await harness.clock.advance(60_000);
    expect(harness.backends.asked).toHaveLength(asked);
    expect(harness.written.snapshots).toHaveLength(written);
  });

  it("before the initial probe round is done publishes nothing", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.hang(A);
    await harness.start(100);
    await harness.prober.stop();
    await harness.clock.advance(60_000);
    expect(harness.written.snapshots).toEqual([]);
  });

  it("publishes nothing more, though a change was about to be", async () => {
    const harness = new ProberHarness([a]);
    await harness.start();
    vi.spyOn(harness.prober.metrics, "changed").mockImplementation(() => void harness.prober.stop());
    harness.backends.serve(A, "llama");
    await harness.clock.advance(1_500);
    expect(harness.reason("a")).toBe("ok");
    expect(harness.written.reasons()).toEqual({ a: "loading" });
  });

  it("is over when the carrier has done what was under way", async () => {
    const harness = new ProberHarness([a]);
    await harness.start();
    expect(harness.written.closed).toBe(false);
    await harness.prober.stop();
    expect(harness.written.closed).toBe(true);
  });

  it("is for good: a config that comes afterwards begins nothing", async () => {
    const harness = new ProberHarness([a]);
    await harness.start();
    await harness.prober.stop();
    await harness.clock.advance(10);
    const written = harness.written.snapshots.length;
    await harness.use([a, b]);
    await harness.clock.advance(60_000);
    expect(harness.backends.probeTimes(B)).toEqual([]);
    expect(harness.written.snapshots).toHaveLength(written);
  });
});

it("an edited model name is tried at once, however seldom its backend was asked meanwhile", async () => {
  const harness = new ProberHarness([{ alias: "a", base: "http://a:8000", model: "llama" }]);
  harness.backends.serve("http://a:8000", "qwen");
  await harness.start();
  await harness.clock.advance(3_600_000);
  expect(harness.reason("a")).toBe("wrong_name");
  await harness.use([{ alias: "a", base: "http://a:8000", model: "qwen" }]);
  await harness.clock.advance(10);
  expect(harness.reason("a")).toBe("ok");
});
