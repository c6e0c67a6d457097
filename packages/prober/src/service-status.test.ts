import { Cell, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import { ProberHarness } from "../test/prober-harness.ts";
import { proberServiceStatus } from "./service-status.ts";

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
  const source = { status: new Cell<SettingsStatus>(NO_FAULT) };
  const status = proberServiceStatus({ prober: harness.prober, settings: harness.settings, source });
  return { harness, source, status };
}

it("is ready once the roll was called, and says then how the fleet is", async () => {
  const { harness, source, status } = observed();
  expect([status.isReady(), status.summary()]).toEqual([false, "initial probe round in progress"]);
  await harness.start();
  expect([status.isReady(), status.summary()]).toEqual([true, "1 of 2 aliases ready; code: wrong_name"]);
  const fault = { detail: "config.yaml: error: at gpu-1", summary: "the config file has errors", logged: {} };
  source.status.set({ fault, needRestart: ["prober.port"] });
  expect(status.summary()).toBe(
    "1 of 2 aliases ready; code: wrong_name; the config file has errors; settings need a restart: prober.port",
  );
});

describe("works", () => {
  it("as long as the harness is called, however long", async () => {
    const { harness, status } = observed();
    await harness.start();
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await harness.clock.advance(1_000);
      expect(status.isHealthy(harness.clock.now())).toBe(true);
    }
  });

  it("where every backend hangs: to wait for an answer is no standstill", async () => {
    const { harness, status } = observed({ timeout: "30s" });
    for (const host of ["gpu-1", "gpu-2"]) harness.backends.hang(`http://${host}:8000`);
    await harness.start();
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await harness.clock.advance(1_000);
      expect(status.isHealthy(harness.clock.now())).toBe(true);
    }
  });

  it("no longer, when the probing stands still", async () => {
    const { harness, status } = observed();
    await harness.start();
    expect(status.isHealthy(0)).toBe(true);
    await harness.prober.stop();
    expect(status.isHealthy(80_000)).toBe(true);
    expect(status.isHealthy(80_001)).toBe(false);
  });
});
