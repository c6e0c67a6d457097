import { describe, expect, it } from "vitest";
import { ProberHarness } from "../test/prober-harness.ts";
import { proberCondition } from "./condition.ts";

function observed(written: object = {}) {
  const harness = new ProberHarness(
    [
      { alias: "chat", base: "http://gpu-1:8000" },
      { alias: "code", base: "http://gpu-2:8000" },
    ],
    { prober: written },
  );
  harness.backends.serve("http://gpu-1:8000", "llama");
  harness.backends.serve("http://gpu-2:8000", "qwen");
  const source: { fault: string | null } = { fault: null };
  const condition = proberCondition({ prober: harness.prober, settings: harness.settings, source });
  return { harness, source, condition };
}

it("is ready once the roll was called, and says then how the fleet is", async () => {
  const { harness, source, condition } = observed();
  expect([condition.ready(), condition.status()]).toEqual([false, "initial probe round in progress"]);
  await harness.start();
  expect([condition.ready(), condition.status()]).toEqual([true, "1 of 2 aliases ready; code: wrong_name"]);
  source.fault = "config.yaml: error: at gpu-1";
  expect(condition.status()).toBe(
    "1 of 2 aliases ready; code: wrong_name; the config file has errors: the previous config is in use",
  );
});

describe("works", () => {
  it("as long as the roll is called, however long", async () => {
    const { harness, condition } = observed();
    await harness.start();
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await harness.clock.advance(1_000);
      expect(condition.working(harness.clock.now())).toBe(true);
    }
  });

  it("where every backend hangs: to wait for an answer is no standstill", async () => {
    const { harness, condition } = observed({ timeout: "30s" });
    for (const host of ["gpu-1", "gpu-2"]) harness.backends.hang(`http://${host}:8000`);
    await harness.start();
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await harness.clock.advance(1_000);
      expect(condition.working(harness.clock.now())).toBe(true);
    }
  });

  it("no longer, when the probing stands still", async () => {
    const { harness, condition } = observed();
    await harness.start();
    expect(condition.working(0)).toBe(true);
    await harness.prober.stop();
    expect(condition.working(80_000)).toBe(true);
    expect(condition.working(80_001)).toBe(false);
  });
});
