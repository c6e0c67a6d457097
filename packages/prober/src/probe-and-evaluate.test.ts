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
