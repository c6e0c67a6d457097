import { Cell, faultOf, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { expect, it } from "vitest";
import { modelList, response } from "../../test/answers.ts";
import { CalledRoll } from "../../test/called-roll.ts";
import { printStatus, type Status } from "./status.ts";

function statusOf({ prober, settings }: CalledRoll, status: SettingsStatus = NO_FAULT): Status {
  return printStatus({ prober, settings, source: { status: new Cell(status) } });
}

it("the status is every verdict with where it is reached, and what the prober works by", async () => {
  const roll = new CalledRoll(
    [
      { id: "1", alias: "a", base: "http://gpu-1:8000/v1/", key: "sk-hidden" },
      { id: "2", alias: "b", model: "qwen", base: "https://gpu-2/team" },
    ],
    { prober: { interval: 7 }, masterKey: "sk-master" },
  );
  roll.backends.serve("http://gpu-1:8000", "llama");
  await roll.start();
  const { prober, deployments } = statusOf(roll);
  expect(prober).toEqual({
    instance: "this",
    generation: 1,
    config: roll.settings.get().config.checksum,
    configFault: null,
    settingsNeedRestart: [],
    calledOnce: true,
    intervalMs: 7_000,
  });
  expect(deployments).toEqual([
    { ...roll.written.last.verdicts[0], apiBase: "http://gpu-1:8000/v1", kind: "vllm", notices: [] },
    { ...roll.written.last.verdicts[1], apiBase: "https://gpu-2/team/v1", kind: null, notices: [] },
  ]);
  expect(JSON.stringify(statusOf(roll))).not.toMatch(/sk-hidden|sk-master/);
});

it("a new config counts, and one with errors is told of", async () => {
  const roll = new CalledRoll([{ id: "1" }]);
  await roll.start();
  await roll.use([{ id: "1" }, { id: "2" }]);
  const told = { fault: faultOf("line 3 is wrong"), needRestart: ["prober.port"] };
  expect(statusOf(roll, told).prober).toMatchObject({
    generation: 2,
    configFault: "line 3 is wrong",
    settingsNeedRestart: ["prober.port"],
  });
  expect(statusOf(roll).deployments).toHaveLength(2);
});

it("warnings come with what they are judged by", async () => {
  const roll = new CalledRoll([{ id: "1", base: "http://gpu-1:8000" }]);
  roll.backends.answer("http://gpu-1:8000", ({ path }) => {
    const date = new Date(roll.clock.now() - 90_000).toUTCString();
    return response(200, path.endsWith("/models") ? modelList("llama") : "", { date });
  });
  await roll.start();
  expect(statusOf(roll).deployments).toMatchObject([
    { reason: "ok", warnings: ["clock_skew"], notices: [{ code: "clock_skew", detail: "90 s behind" }] },
  ]);
});
