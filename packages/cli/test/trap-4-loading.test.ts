import { writeFileSync } from "node:fs";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, eventually, failures, SteadyLoad, temporary, up, type RunningPair } from "./harness.ts";

describe("trap 4: healthy is not ready", () => {
  const files = temporary({});
  let pair: RunningPair;
  let steady: Simulator;
  let restarted: Simulator;
  let loading: Simulator;

  beforeAll(async () => {
    [steady, restarted] = [await startSimulator(), await startSimulator()];
    loading = await startSimulator();
    await loading.control.kill();
    const entry = (alias: string, { url }: Simulator) =>
      `  - model_name: ${alias}\n    litellm_params: {model: openai/gpt-oss-120b, api_base: "${url}"}\n`;
    writeFileSync(
      files.path("config.yaml"),
      `model_list:\n${entry("pair", steady)}${entry("pair", restarted)}${entry("late", loading)}general_settings: {master_key: sk-test}\n`,
    );
    pair = await up(files.path("config.yaml"));
    // Until the first roll call has reached the gateway, all are unknown.
    await eventually(async () => {
      const text = await (await fetch(`${pair.gateway}/readyz?verbose`)).text();
      return text.includes("pair: 2 ready") && text.includes("loading");
    });
  });

  afterAll(async () => {
    await pair.command.stop();
    for (const backend of [steady, restarted, loading]) await backend.close();
    files.remove();
  });

  it("refuses with the reason while the backend loads, and sends within a second and a half of its being ready", async () => {
    const refused = await chat(pair.gateway, { model: "late" });
    expect(refused).toMatchObject({ status: 503, reason: "loading" });
    await loading.control.start();
    const ready = Date.now();
    await eventually(async () => (await chat(pair.gateway, { model: "late" })).status === 200, 5_000);
    const took = Date.now() - ready;
    process.stdout.write(`first answer ${took} ms after the backend was ready\n`);
    expect(took).toBeLessThan(1_500);
  });

  it("loses no request when a replica is killed and restarted under load", async () => {
    const load = new SteadyLoad({ gateway: pair.gateway, model: "pair", perSecond: 50 });
    await eventually(() => restarted.seen.count("/v1/chat/completions") > 10);
    await restarted.control.load(2_000);
    const before = restarted.seen.count("/v1/chat/completions");
    await restarted.whenReady();
    await eventually(() => restarted.seen.count("/v1/chat/completions") > before + 5);
    const sent = await load.stop();
    process.stdout.write(`restarted under load: ${sent.length} requests, ${failures(sent).length} failed\n`);
    // The simulator answers in a millisecond, so hardly a stream is under way when it dies; a cut one would be told as such.
    expect(failures(sent).filter(({ text }) => !text.includes("upstream_cut"))).toEqual([]);
    expect(failures(sent).length).toBeLessThanOrEqual(5);
  });
});
