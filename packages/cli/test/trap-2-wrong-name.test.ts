import { writeFileSync } from "node:fs";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  chat,
  eventually,
  failures,
  SteadyLoad,
  temporary,
  up,
  whenReady,
  type RunningPair,
} from "./harness.ts";

const NAME = "gpt-oss-120b";

function entry(alias: string, backend: Simulator, name = NAME): string {
  return `  - model_name: ${alias}\n    litellm_params: {model: openai/${name}, api_base: "${backend.url}/v1"}\n`;
}

describe("trap 2: the served name is not the configured one", () => {
  const files = temporary({});
  let pair: RunningPair;
  let one: Simulator;
  let two: Simulator;
  let alone: Simulator;
  const writeConfig = (aloneName = NAME) =>
    writeFileSync(
      files.path("config.yaml"),
      `model_list:\n${entry("pair", one)}${entry("pair", two)}${entry("alone", alone, aloneName)}general_settings: {master_key: sk-test}\n`,
    );

  beforeAll(async () => {
    [one, two, alone] = [await startSimulator(), await startSimulator(), await startSimulator()];
    writeConfig();
    pair = await up(files.path("config.yaml"));
    await whenReady(pair);
  });

  afterAll(async () => {
    await pair.command.stop();
    for (const backend of [one, two, alone]) await backend.close();
    files.remove();
  });

  it("loses no request at 50 a second when one of two replicas is renamed, and sends it nothing more", async () => {
    const load = new SteadyLoad({ gateway: pair.gateway, model: "pair", perSecond: 50 });
    await eventually(() => one.seen.count("/v1/chat/completions") > 10);
    one.control.rename(["another-name"]);
    const before = one.seen.count("/v1/chat/completions");
    // Until the prober knows, and then for a while: by then the first 404 and the first probe are long past.
    await eventually(async () =>
      (await (await fetch(`${pair.prober}/status`)).text()).includes('"wrong_name"'),
    );
    await load.sends(150);
    const sent = await load.stop();
    const stray = one.seen.count("/v1/chat/completions") - before;
    process.stdout.write(
      `renamed under load: ${sent.length} requests, ${failures(sent).length} failed, ${stray} reached the renamed backend\n`,
    );
    expect(failures(sent)).toEqual([]);
    expect(sent.length).toBeGreaterThan(150);
    expect(stray).toBeLessThanOrEqual(1);
  });

  it("takes it back by itself once the name is right again", async () => {
    one.control.rename([NAME]);
    const before = one.seen.count("/v1/chat/completions");
    await eventually(async () => {
      await chat(pair.gateway, { model: "pair" });
      return one.seen.count("/v1/chat/completions") > before;
    });
    expect(one.seen.last("/v1/chat/completions")?.model).toBe(NAME);
  });

  it("without a replica says 503 with the reason, and answers again when the backend is put right", async () => {
    alone.control.rename(["another-name"]);
    const refused = await chat(pair.gateway, { model: "alone" });
    expect(refused).toMatchObject({ status: 503, reason: "wrong_name" });
    expect(refused.text).not.toContain("another-name");
    expect(refused.text).not.toContain(NAME);
    alone.control.rename([NAME]);
    await eventually(async () => (await chat(pair.gateway, { model: "alone" })).status === 200);
  });

  it("answers again when the config is put right, without a restart", async () => {
    alone.control.rename(["new-name"]);
    expect((await chat(pair.gateway, { model: "alone" })).reason).toBe("wrong_name");
    writeConfig("new-name");
    await eventually(async () => (await chat(pair.gateway, { model: "alone" })).status === 200);
    expect(alone.seen.last("/v1/chat/completions")?.model).toBe("new-name");
  });
});
