import { VERSION } from "@rollcall/contract";
import { Cell, faultOf, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { expect, it } from "vitest";
import { modelList, response } from "../../test/answers.ts";
import { ProberHarness } from "../../test/prober-harness.ts";
import { printStatus, type Status } from "./status.ts";

function statusOf({ prober, settings }: ProberHarness, status: SettingsStatus = NO_FAULT): Status {
  return printStatus({ prober, settings, source: { status: new Cell(status) } });
}

it("the status is every verdict with where it is reached, and what the prober works by", async () => {
  const harness = new ProberHarness(
    [
      { id: "1", alias: "a", base: "http://gpu-1:8000/v1/", key: "sk-hidden" },
      { id: "2", alias: "b", model: "qwen", base: "https://gpu-2/team" },
      { id: "3", alias: "c", base: "os.environ/NOT_SET" },
    ],
    { prober: { interval: 7 }, masterKey: "sk-master" },
  );
  harness.backends.serve("http://gpu-1:8000", "llama");
  await harness.start();
  const { prober, deployments } = statusOf(harness);
  expect(prober).toEqual({
    version: VERSION,
    instance: "this",
    generation: 1,
    config: harness.settings.get().config.checksum,
    configFault: null,
    settingsNeedRestart: [],
    initialRoundDone: true,
    intervalMs: 7_000,
    skipped: { c: "environment variable NOT_SET is not set" },
  });
  expect(deployments).toEqual([
    { ...harness.written.last.verdicts[0], apiBase: "http://gpu-1:8000/v1", kind: "vllm", notices: [] },
    { ...harness.written.last.verdicts[1], apiBase: "https://gpu-2/team/v1", kind: null, notices: [] },
  ]);
  expect(JSON.stringify(statusOf(harness))).not.toMatch(/sk-hidden|sk-master/);
});

it("a new config counts, and one with errors is told of", async () => {
  const harness = new ProberHarness([{ id: "1" }]);
  await harness.start();
  await harness.use([{ id: "1" }, { id: "2" }]);
  const told = { fault: faultOf("line 3 is wrong"), needRestart: ["prober.port"] };
  expect(statusOf(harness, told).prober).toMatchObject({
    generation: 2,
    configFault: "line 3 is wrong",
    settingsNeedRestart: ["prober.port"],
  });
  expect(statusOf(harness).deployments).toHaveLength(2);
});

it("warnings come with what they are judged by", async () => {
  const harness = new ProberHarness([{ id: "1", base: "http://gpu-1:8000" }]);
  harness.backends.answer("http://gpu-1:8000", ({ path }) => {
    const date = new Date(harness.clock.now() - 90_000).toUTCString();
    return response(200, path.endsWith("/models") ? modelList("llama") : "", { date });
  });
  await harness.start();
  expect(statusOf(harness).deployments).toMatchObject([
    { reason: "ok", warnings: ["clock_skew"], notices: [{ code: "clock_skew", detail: "90 s behind" }] },
  ]);
});
