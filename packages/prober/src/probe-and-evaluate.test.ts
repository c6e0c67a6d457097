import { describe, expect, it } from "vitest";
import { response } from "../test/answers.ts";
import { ProberHarness } from "../test/prober-harness.ts";
import type { Entry } from "../test/configs.ts";
import { ScriptedEngine } from "../test/scripted-engine.ts";

const A = "http://a:8000";

const a: Entry = { alias: "a", base: A };

describe("a backend that comes and goes", () => {
  /** Every reason in the order of the log, the first one left out. */
  const told = (harness: ProberHarness) =>
    harness.logged.lines
      .filter(({ message }) => message === "deployment changed")
      .map(({ fields }) => fields["to"]);

  it("is taken in less and less readily, and left out in the end until it stays", async () => {
    const harness = new ProberHarness([a]);
    for (let round = 0; round < 20; round += 1) {
      harness.backends.serve(A, "llama");
      await (round === 0 ? harness.start(5_000) : harness.clock.advance(5_000));
      harness.backends.answer(A, () => response(502, "Bad Gateway"));
      await harness.clock.advance(5_000);
    }
    expect(told(harness)).toEqual(Array.from({ length: 4 }, () => ["ok", "proxy_error"]).flat());
    harness.backends.serve(A, "llama");
    await harness.clock.advance(7_000);
    expect(harness.prober.fleet.verdicts()[0]?.detail).toMatch(/^recovering: \d of 8 good probes in a row$/);
    await harness.clock.advance(4_000);
    expect(harness.reason("a")).toBe("ok");
  });

  it("is taken in at once where that was long ago", async () => {
    const harness = new ProberHarness([a]);
    await harness.start();
    for (let round = 0; round < 4; round += 1) {
      harness.backends.serve(A, "llama");
      await harness.clock.advance(60_000);
      harness.backends.answer(A, () => response(502, "Bad Gateway"));
      await harness.clock.advance(20 * 60_000);
    }
    harness.backends.serve(A, "llama");
    await harness.clock.advance(10_010);
    expect(harness.reason("a")).toBe("ok");
  });

  it("needs as many good probes as the config says", async () => {
    const harness = new ProberHarness([a], { prober: { successes: 3 } });
    harness.backends.serve(A, "llama");
    await harness.start(1_900);
    expect(harness.reason("a")).toBe("unknown");
    await harness.clock.advance(300);
    expect(harness.reason("a")).toBe("ok");
  });
});

describe("a key that is refused", () => {
  it("is looked up again, by the clock that the settings' files are followed by", async () => {
    const lookedAt: number[] = [];
    const harness = new ProberHarness([a], { refresh: (now) => lookedAt.push(now) < 0 });
    harness.backends.answer(A, () => response(401, "Unauthorized"));
    harness.backends.latencyMs = 0;
    const startedAt = harness.clock.monotonic();
    await harness.start();
    expect(lookedAt).toEqual([startedAt]);
  });
});

describe("an engine that hangs", () => {
  function working(): { engine: ScriptedEngine; harness: ProberHarness } {
    const engine = new ScriptedEngine();
    const harness = new ProberHarness([a], { prober: { stall_time: "60s" } });
    harness.backends.answer(A, engine.answer);
    engine.running = 2;
    engine.stepsPerLook = 3;
    return { engine, harness };
  }

  it("is out once it has not moved for the stall time, and in again when it moves", async () => {
    const { engine, harness } = working();
    await harness.start(300_000);
    expect(harness.reason("a")).toBe("ok");
    engine.stepsPerLook = 0;
    await harness.clock.advance(57_000);
    expect(harness.reason("a")).toBe("ok");
    await harness.clock.advance(6_000);
    expect(harness.written.last.verdicts).toMatchObject([
      {
        ready: false,
        nameMatches: true,
        reason: "hung",
        detail: expect.stringMatching(/^2 running, 0 waiting, and no progress for 6\d s$/),
      },
    ]);
    engine.stepsPerLook = 3;
    await harness.clock.advance(2_010);
    expect(harness.reason("a")).toBe("ok");
  });

  it("is not one that has nothing to do", async () => {
    const { engine, harness } = working();
    engine.running = 0;
    engine.stepsPerLook = 0;
    await harness.start(600_000);
    expect(harness.reason("a")).toBe("ok");
    engine.running = 1;
    await harness.clock.advance(57_000);
    expect(harness.reason("a")).toBe("ok");
    await harness.clock.advance(6_000);
    expect(harness.reason("a")).toBe("hung");
  });
});

describe("an engine that hangs from idle, so that its metrics show no work", () => {
  async function idle(entry: Entry = a) {
    const engine = new ScriptedEngine();
    const harness = new ProberHarness([{ ...entry, id: "1" }]);
    harness.backends.answer(A, engine.answer);
    await harness.start(60_000);
    /** As gateways do for each request that got nothing in time. */
    const suspect = async (times: number) => {
      for (let count = 0; count < times; count += 1) {
        harness.prober.probeSoon("1");
        await harness.clock.advance(1_000);
      }
    };
    return { engine, harness, suspect };
  }

  it("is hung once gateways suspect it repeatedly and a request for one token gets nothing", async () => {
    const { engine, harness, suspect } = await idle();
    engine.generated = "silence";
    await suspect(1);
    await harness.clock.advance(20_000);
    expect(engine.requests).toEqual([]);
    await suspect(1);
    await harness.clock.advance(10_000);
    expect(engine.requests).toMatchObject([{ path: "/v1/chat/completions", max_tokens: 1 }]);
    expect(harness.written.last.verdicts).toMatchObject([
      {
        ready: false,
        nameMatches: true,
        reason: "hung",
        detail: expect.stringMatching(/no work.*single token/),
      },
    ]);
  });

  it("is not asked for a token because streams are silent: a long prompt looks the same", async () => {
    const { engine, harness } = await idle();
    for (let count = 0; count < 10; count += 1) {
      harness.prober.probeSoon("1", { isSuspect: false });
      await harness.clock.advance(1_000);
    }
    expect(engine.requests).toEqual([]);
  });

  it("is asked for a token now and then, and in again with the first one", async () => {
    const { engine, harness, suspect } = await idle();
    engine.generated = "silence";
    await suspect(2);
    await harness.clock.advance(5 * 60_000);
    expect(harness.reason("a")).toBe("hung");
    expect(engine.requests.length).toBeGreaterThan(3);
    expect(engine.requests.length).toBeLessThanOrEqual(10);
    engine.generated = new ScriptedEngine().generated;
    await harness.clock.advance(45_000);
    expect(harness.reason("a")).toBe("ok");
  });

  it("is in again as soon as its counters move", async () => {
    const { engine, harness, suspect } = await idle();
    engine.generated = "silence";
    await suspect(2);
    await harness.clock.advance(15_000);
    expect(harness.reason("a")).toBe("hung");
    engine.steps += 5;
    await harness.clock.advance(2_000);
    expect(harness.reason("a")).toBe("ok");
  });

  it("is not one that answers: it is asked once, and no more until it is suspected twice again", async () => {
    const { engine, harness, suspect } = await idle();
    await suspect(2);
    await harness.clock.advance(60_000);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toHaveLength(1);
    await suspect(1);
    expect(engine.requests).toHaveLength(1);
  });

  it("is not one that works, however often it is suspected", async () => {
    const { engine, harness, suspect } = await idle();
    engine.generated = "silence";
    engine.running = 40;
    engine.stepsPerLook = 1;
    await suspect(20);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toEqual([]);
  });

  it("is not one whose mode has no smallest request", async () => {
    const { engine, harness, suspect } = await idle({ ...a, info: { mode: "audio_speech" } });
    engine.generated = "silence";
    await suspect(5);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toEqual([]);
  });
});
