import { createServer } from "node:http";
import os from "node:os";
import { startSimulator } from "@rollcall/simulator";
import { expect, onTestFinished, test } from "vitest";
import {
  chat,
  complaintsIn,
  eventually,
  rollcall,
  RunningCommand,
  temporary,
  up,
  whenReady,
} from "./harness.ts";

const CONFIG = `model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-oss-120b, api_base: "http://127.0.0.1:9", max_parallel_requests: 1}
general_settings: {master_key: sk-test}
`;

function configFile(text = CONFIG): string {
  const files = temporary({ "config.yaml": text });
  onTestFinished(() => files.remove());
  return files.path("config.yaml");
}

test("up --workers serves, and ends with 0 on Ctrl-C", async () => {
  const backend = await startSimulator();
  onTestFinished(() => backend.close());
  const pair = await up(configFile(CONFIG.replace("http://127.0.0.1:9", backend.url)), {
    args: ["--workers", "2"],
  });
  onTestFinished(() => void pair.command.child.kill("SIGKILL"));
  await whenReady(pair);
  await eventually(async () => (await chat(pair.gateway, { model: "chat" })).status === 200);
  expect(await (await fetch(`${pair.gateway}/metrics`)).text()).toContain("rollcall_gateway_workers 2\n");
  expect((await pair.command.stop("SIGINT")).code).toBe(0);
});

test("the config's number holds where no flag says another; at the start it is told which limits are too low", async () => {
  const config = configFile(`${CONFIG}rollcall: {gateway: {workers: 3}}\n`);
  const gateway = new RunningCommand(["gateway", "--config", config, "--port", "0"]);
  await gateway.sees(/"workers":3,"pids":\[\d+,\d+,\d+\],"msg":"gateway listens"/);
  expect(gateway.out).toMatch(/"deployment":"chat-\w{6}","maxParallel":1,"workers":3/);
  expect((await gateway.stop()).code).toBe(0);
  const alone = new RunningCommand(["gateway", "--config", config, "--port", "0", "--workers", "1"]);
  await alone.sees(/"msg":"gateway listens"/);
  expect(alone.out).not.toContain("workers");
  expect((await alone.stop()).code).toBe(0);
});

test.each([
  ["alone", { port: 0, host: "127.0.0.1" }],
  ["and would share it", { port: 0, host: "127.0.0.1", reusePort: true }],
])("a port that another process has %s is no port to start on", async (_how, address) => {
  const taken = createServer().listen(address);
  onTestFinished(() => void taken.close());
  const port = await eventually(() => (taken.address() as { port: number } | null)?.port);
  const args = ["gateway", "--config", configFile(), "--port", String(port), "--workers", "2"];
  const { code, err } = await rollcall(args);
  expect({ code, complaints: complaintsIn(err) }).toEqual({
    code: 1,
    complaints: [
      `port ${port} on 127.0.0.1 is in use by another process: stop it, or choose another port with --port`,
    ],
  });
});

test("a config that cannot be used is told once, as by one process", async () => {
  const config = configFile(CONFIG.replace("sk-test", "os.environ/NOT_SET"));
  const { code, err } = await rollcall(["gateway", "--config", config, "--workers", "2"]);
  expect(code).toBe(64);
  expect(err.match(/NOT_SET is not set/g)).toHaveLength(1);
});

test.each(["0", "-1", "1.5", "many", "257", ""])("%j is no number of workers", async (text) => {
  const { code, err } = await rollcall(["gateway", "--config", "x", "--workers", text]);
  expect(code).toBe(64);
  expect(err).toContain("expected a number from 1 to 256, or auto");
});

test("auto is one a core", async () => {
  const gateway = new RunningCommand([
    "gateway",
    "--config",
    configFile(),
    "--port",
    "0",
    "--workers",
    "auto",
  ]);
  const cores = os.availableParallelism();
  await gateway.sees(cores === 1 ? /"gateway listens"/ : new RegExp(`"workers":${cores},`));
  expect((await gateway.stop()).code).toBe(0);
});
