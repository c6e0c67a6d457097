import { describe, expect, it } from "vitest";
import { response } from "../test/answers.ts";
import { CalledRoll } from "../test/called-roll.ts";
import type { Entry } from "../test/configs.ts";
import { ScriptedEngine } from "../test/scripted-engine.ts";

const A = "http://a:8000";

const a: Entry = { alias: "a", base: A };

describe("a backend that comes and goes", () => {
  /** Every reason in the order of the log, the first one left out. */
  const told = (roll: CalledRoll) =>
    roll.logged.lines
      .filter(({ message }) => message === "deployment changed")
      .map(({ fields }) => fields["to"]);

  it("is taken in less and less readily, and left out in the end until it stays", async () => {
    const roll = new CalledRoll([a]);
    for (let round = 0; round < 20; round += 1) {
      roll.backends.serve(A, "llama");
      await (round === 0 ? roll.start(5_000) : roll.clock.advance(5_000));
      roll.backends.answer(A, () => response(502, "Bad Gateway"));
      await roll.clock.advance(5_000);
    }
    expect(told(roll)).toEqual(Array.from({ length: 4 }, () => ["ok", "proxy_error"]).flat());
    roll.backends.serve(A, "llama");
    await roll.clock.advance(7_000);
    expect(roll.prober.fleet.verdicts()[0]?.detail).toMatch(
      /^answers well again: \d good probes in a row, 8 are needed$/,
    );
    await roll.clock.advance(4_000);
    expect(roll.reason("a")).toBe("ok");
  });

  it("is taken in at once where that was long ago", async () => {
    const roll = new CalledRoll([a]);
    await roll.start();
    for (let round = 0; round < 4; round += 1) {
      roll.backends.serve(A, "llama");
      await roll.clock.advance(60_000);
      roll.backends.answer(A, () => response(502, "Bad Gateway"));
      await roll.clock.advance(20 * 60_000);
    }
    roll.backends.serve(A, "llama");
    await roll.clock.advance(10_010);
    expect(roll.reason("a")).toBe("ok");
  });

  it("needs as many good probes as the config says", async () => {
    const roll = new CalledRoll([a], { prober: { successes: 3 } });
    roll.backends.serve(A, "llama");
    await roll.start(1_900);
    expect(roll.reason("a")).toBe("unknown");
    await roll.clock.advance(300);
    expect(roll.reason("a")).toBe("ok");
  });
});

describe("an engine that hangs", () => {
  function working(): { engine: ScriptedEngine; roll: CalledRoll } {
    const engine = new ScriptedEngine();
    const roll = new CalledRoll([a], { prober: { stall_time: "60s" } });
    roll.backends.answer(A, engine.answer);
    engine.running = 2;
    engine.stepsPerLook = 3;
    return { engine, roll };
  }

  it("is out once it has not moved for the stall time, and in again when it moves", async () => {
    const { engine, roll } = working();
    await roll.start(300_000);
    expect(roll.reason("a")).toBe("ok");
    engine.stepsPerLook = 0;
    await roll.clock.advance(57_000);
    expect(roll.reason("a")).toBe("ok");
    await roll.clock.advance(6_000);
    expect(roll.written.last.verdicts).toMatchObject([
      {
        ready: false,
        nameMatches: true,
        reason: "hung",
        detail: expect.stringMatching(/^2 running, 0 waiting, and no progress for 6\d s$/),
      },
    ]);
    engine.stepsPerLook = 3;
    await roll.clock.advance(2_010);
    expect(roll.reason("a")).toBe("ok");
  });

  it("is not one that has nothing to do", async () => {
    const { engine, roll } = working();
    engine.running = 0;
    engine.stepsPerLook = 0;
    await roll.start(600_000);
    expect(roll.reason("a")).toBe("ok");
    engine.running = 1;
    await roll.clock.advance(57_000);
    expect(roll.reason("a")).toBe("ok");
    await roll.clock.advance(6_000);
    expect(roll.reason("a")).toBe("hung");
  });
});
