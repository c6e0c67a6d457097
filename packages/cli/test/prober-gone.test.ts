import { writeFileSync } from "node:fs";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, eventually, RunningCommand, temporary } from "./harness.ts";

describe.each(["keep", "refuse"] as const)(
  "a gateway whose prober was killed, with on_stale: %s",
  (policy) => {
    const files = temporary({});
    let good: Simulator;
    let misnamed: Simulator;
    let prober: RunningCommand;
    let gateway: RunningCommand;
    let url: string;

    beforeAll(async () => {
      good = await startSimulator();
      misnamed = await startSimulator({ servedNames: ["another-name"] });
      writeFileSync(
        files.path("config.yaml"),
        `model_list:
  - model_name: good
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${good.url}"}
  - model_name: misnamed
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${misnamed.url}"}
general_settings: {master_key: sk-test}
rollcall:
  prober: {interval: 300ms}
  state: {file: state.json, on_stale: ${policy}}
`,
      );
      const config = ["--config", files.path("config.yaml"), "--port", "0"];
      prober = new RunningCommand(["prober", ...config]);
      gateway = new RunningCommand(["gateway", ...config]);
      url = (await gateway.sees(/"address":"([^"]+)"/))[1] ?? "";
      await eventually(async () => (await chat(url, { model: "good" })).status === 200);
      await prober.stop("SIGKILL");
      await eventually(async () => (await (await fetch(`${url}/readyz?verbose`)).text()).includes("stale"));
    });

    afterAll(async () => {
      expect((await gateway.stop()).code).toBe(0);
      for (const backend of [good, misnamed]) await backend.close();
      files.remove();
    });

    it("says so in its readiness and in a gauge", async () => {
      const verbose = await fetch(`${url}/readyz?verbose`);
      expect(verbose.status).toBe(200);
      expect(await verbose.text()).toMatch(
        /\[!\] snapshot is stale \(\d+ s old\): .* is the prober running\?/,
      );
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain("rollcall_gateway_snapshot_stale 1\n");
    });

    it(policy === "keep" ? "goes on by the last verdicts" : "refuses what it cannot know", async () => {
      const answer = await chat(url, { model: "good" });
      if (policy === "keep") expect(answer.status).toBe(200);
      else expect(answer).toMatchObject({ status: 503, reason: "state_stale" });
    });

    it("never sends to a wrong name, however old the news", async () => {
      expect((await chat(url, { model: "misnamed" })).status).toBe(503);
      expect(misnamed.seen.count("/v1/chat/completions")).toBe(0);
    });

    it("ends the staleness when a prober is back", async () => {
      prober = new RunningCommand(["prober", "--config", files.path("config.yaml"), "--port", "0"]);
      await eventually(async () =>
        (await (await fetch(`${url}/readyz?verbose`)).text()).includes("snapshot is fresh"),
      );
      expect((await chat(url, { model: "good" })).status).toBe(200);
      await prober.stop();
    });
  },
);
