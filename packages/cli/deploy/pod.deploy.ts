import { chmodSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { startSimulator } from "@rollcall/simulator";
import { run } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chat, eventually } from "../test/harness.ts";
import { Manifest } from "../test/manifests.ts";
import { missingTools, Scratch } from "./bare-machine.ts";
import { render } from "./chart.ts";
import { installKubernetesTools } from "./kubernetes-tools.ts";
import { PodOnThisMachine } from "./pod.ts";

const missing = missingTools(["setpriv", "unshare"]);
if (missing.length > 0)
  process.stdout.write(
    `skipped, since ${missing.join(" and ")} is not on this machine: pods, run without containers\n`,
  );

const BUILD = path.join(import.meta.dirname, "../scripts/build.ts");
/** Apart from the default ports, from others who run this at once, and below those that connections get by themselves. */
const PORT = 20_000 + (process.pid % 1_000) * 5;

describe.skipIf(missing.length > 0)("pods, run without containers", () => {
  const scratch = new Scratch();
  const dist = scratch.path("dist");
  let helm: string;
  beforeAll(async () => {
    ({ helm } = await installKubernetesTools());
    chmodSync(scratch.directory, 0o755);
    const { code, err } = await run(process.execPath, [BUILD, "--out", dist]);
    if (code !== 0) throw new Error(err);
  }, 1_200_000);
  afterAll(() => scratch.remove());

  function directory(name: string): string {
    mkdirSync(scratch.path(name));
    return scratch.path(name);
  }

  test("with virtual keys: they are made, hold, and outlive the pod on its volume", async () => {
    const backend = await startSimulator({ servedNames: ["gpt-oss-120b"], apiKeys: ["sk-backend"] });
    onTestFinished(() => backend.close());
    const settings = [
      `config.rollcall.gateway.port=${PORT}`,
      "config.rollcall.gateway.settle=1s",
      `config.rollcall.prober.port=${PORT + 1}`,
      `config.rollcall.control.port=${PORT + 2}`,
      `config.model_list[0].model_name=chat`,
      `config.model_list[0].litellm_params.model=openai/gpt-oss-120b`,
      `config.model_list[0].litellm_params.api_base=${backend.url}`,
      `config.model_list[0].litellm_params.api_key=file//run/secrets/rollcall/backend-01-key`,
    ];
    const text = await render(helm, "keys", [
      "--no-hooks",
      "--kube-version",
      "1.37.0",
      "--set",
      settings.join(","),
    ]);
    const manifest = new Manifest({ text });
    const [workload] = manifest.workloads();
    if (workload === undefined) throw new Error("no pod in the manifest");
    const master = "sk-master-of-the-pod";
    const options = {
      spec: workload.spec.template.spec,
      directory: directory("keys"),
      dist,
      config: manifest.config(),
      keys: { "master-key": master, "backend-01-key": "sk-backend" },
    };
    const address = `http://127.0.0.1:${PORT}`;
    const pod = new PodOnThisMachine(options);
    onTestFinished(async () => void (await pod.stop()));
    await pod.start();
    const made = await fetch(`${address}/key/generate`, {
      method: "POST",
      headers: { authorization: `Bearer ${master}`, "content-type": "application/json" },
      body: JSON.stringify({ key_alias: "app", models: ["chat"] }),
    });
    const { key } = (await made.json()) as { key: string };
    await eventually(async () => (await chat(address, { model: "chat" }, key)).status === 200);
    const { uid, mode } = statSync(path.join(options.directory, "state/control"));
    expect({ uid, mode: mode & 0o777 }).toEqual({ uid: 10_001, mode: 0o700 });
    // The gateway leaves first, so that it is served by its sidecars to the end.
    expect(await pod.stop()).toEqual({ gateway: 0, control: 0, prober: 0 });
    expect(pod.log).not.toMatch(/"level":"(error|fatal)"/);

    const again = new PodOnThisMachine(options);
    onTestFinished(async () => void (await again.stop()));
    await again.start();
    await eventually(async () => (await chat(address, { model: "chat" }, key)).status === 200);
    expect((await chat(address, { model: "chat" }, "sk-somebody-else")).status).toBe(401);
  });

  test("of vLLM: ready when the model is there under its name, and not before", async () => {
    const manifest = new Manifest("vllm-readiness.yaml");
    const server = await startSimulator({ servedNames: ["/models/qwen3-coder"] });
    onTestFinished(() => server.close());
    const prober = manifest.container("prober");
    const port = PORT + 3;
    const [workload] = manifest.workloads();
    const at = { ...prober, ports: [{ name: "prober", containerPort: port }] };
    const pod = new PodOnThisMachine({
      // vLLM itself is the simulator.
      spec: {
        ...workload?.spec.template.spec,
        securityContext: { fsGroup: 10_001 },
        initContainers: [at],
        containers: [],
      } as never,
      directory: directory("vllm"),
      dist,
      config: manifest
        .config()
        .replace("http://127.0.0.1:8000/v1", `${server.url}/v1`)
        .replace("prober:\n", `prober:\n    port: ${port}\n`),
      keys: {},
    });
    onTestFinished(async () => void (await pod.stop()));
    const { readinessProbe, livenessProbe } = at;
    if (readinessProbe === undefined) throw new Error("the sidecar has no readiness");
    const started = pod.start();
    const ready = () => pod.ask(at, readinessProbe);
    await eventually(async () => (await pod.ask(at, livenessProbe)) === 200, 30_000);
    // vLLM's own probe is content with it.
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await eventually(async () => (await ready()) === 503);
    server.control.rename(["qwen3-coder-30b"]);
    await started;
    server.control.rename(["another"]);
    await eventually(async () => (await ready()) === 503, 30_000);
  });
});
