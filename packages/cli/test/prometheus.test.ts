import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@rollcall/testkit";
import { chat, eventually, RunningCommand, temporary } from "./harness.ts";

const installed = spawnSync("prometheus", ["--version"]).error === undefined;
if (!installed) process.stdout.write("prometheus is not installed: nothing is scraped by the real one\n");

/** Both daemons with something to tell: a ready backend, a wrong name and one that is not there. */
describe.skipIf(!installed)("a real Prometheus", () => {
  const files = temporary({});
  let backend: Simulator;
  const daemons: RunningCommand[] = [];
  const urls: string[] = [];

  beforeAll(async () => {
    backend = await startSimulator({ servedNames: ["m"] });
    const entry = (alias: string, model: string, base: string) =>
      `  - {model_name: ${alias}, litellm_params: {model: openai/${model}, api_base: "${base}"}}\n`;
    writeFileSync(
      files.path("config.yaml"),
      `model_list:\n${entry("ready", "m", backend.url)}${entry("misnamed", "other", backend.url)}${entry("gone", "m", "http://127.0.0.1:1")}rollcall: {prober: {interval: 300ms}, state: {file: state.json}}\n`,
    );
    for (const daemon of ["prober", "gateway"]) {
      const command = new RunningCommand([daemon, "--config", files.path("config.yaml"), "--port", "0"]);
      daemons.push(command);
      urls.push((await command.sees(/"address":"([^"]+)"/))[1] ?? "");
    }
    await eventually(async () => (await chat(urls[1] ?? "", { model: "ready" })).status === 200);
    await chat(urls[1] ?? "", { model: "misnamed" });
  });

  afterAll(async () => {
    for (const daemon of daemons) await daemon.stop();
    await backend.close();
    files.remove();
  });

  it.each(["prober", "gateway"])("finds nothing to say about the metrics of the %s", async (name) => {
    const page = await (await fetch(`${urls[name === "prober" ? 0 : 1]}/metrics`)).text();
    expect(page).toMatch(/^rollcall_/m);
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: page,
      encoding: "utf8",
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: "" });
    // Requests that are of no endpoint are counted under that name.
    expect(page.replaceAll('endpoint="other"', "")).not.toMatch(/127\.0\.0\.1|other"/);
  });

  it("scrapes both", async () => {
    const [prober, gateway] = urls.map((url) => new URL(url).host);
    writeFileSync(
      files.path("prometheus.yml"),
      `global: {scrape_interval: 1s}\nscrape_configs:\n  - {job_name: prober, static_configs: [{targets: ["${prober}"]}]}\n  - {job_name: gateway, static_configs: [{targets: ["${gateway}"]}]}\n`,
    );
    const port = await freePort();
    const prometheus = spawn("prometheus", [
      `--config.file=${files.path("prometheus.yml")}`,
      `--storage.tsdb.path=${files.path("tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const query = async (expr: string): Promise<readonly string[]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { data } = (await answer.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data.result
        .map(({ metric, value }) => `${metric["job"] ?? metric["alias"]} ${value[1]}`)
        .toSorted();
    };
    try {
      const up = () => query("up").catch(() => []);
      await eventually(async () => (await up()).join() === "gateway 1,prober 1", 30_000);
      expect(
        await query('sum by (alias) (rollcall_deployment_reason{reason=~"ok|wrong_name|loading"})'),
      ).toEqual(["gone 1", "misnamed 1", "ready 1"]);
      expect(await query("sum by (alias) (rollcall_deployment_max_model_len)")).toEqual(["ready 131072"]);
      expect(await query("sum by (alias) (rollcall_gateway_requests_total)")).toEqual(
        expect.arrayContaining([expect.stringMatching(/^ready [1-9]/)]),
      );
    } finally {
      prometheus.kill();
      await once(prometheus, "exit");
    }
  });
});
