import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ask, failure } from "../test/ask.ts";
import { running } from "../test/running.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): { program: ChildProcess; line: Promise<string>; ended: Promise<Ended> } {
  const program = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void program.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  const line = new Promise<string>((resolve) => {
    program.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      if (stdout.includes("\n")) resolve(stdout);
    });
  });
  program.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(program, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { program, line, ended };
}

test("the program says in one line where it is, and can be controlled there", async () => {
  const started = start(
    "--port",
    "0",
    "--served-model-name",
    "a",
    "b",
    "--api-key",
    "k1",
    "k2",
    "--control-port",
    "0",
  );
  const line = await started.line;
  const [, url = "", control = ""] =
    /^simulator (http:\/\/127\.0\.0\.1:\d+) serves a, b · control (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(
      line,
    ) ?? [];
  const headers = { authorization: "Bearer k2" };
  expect((await ask(`${url}/v1/models`, { headers })).json().data).toHaveLength(2);
  await ask(`${control}/rename`, { json: { names: ["c"] } });
  expect((await ask(`${url}/v1/models`, { headers })).json().data).toMatchObject([{ id: "c" }]);
  await ask(`${control}/kill`, { method: "POST" });
  expect(await failure(ask(`${url}/health`))).toBe("ECONNREFUSED");
});

test("the other flags reach the server, and without a control port none is told", async () => {
  const flags = [
    ["--port", "0"],
    ["--model", "/w"],
    ["--lora-modules", "sql=/l"],
    ["--max-model-len", "4096"],
    ["--error-bodies", "flat"],
    ["--without", "/version"],
    ["--fault", "engine-error"],
    ["--seed", "5"],
  ];
  const line = await start(...flags.flat()).line;
  const [, url = ""] = /^simulator (http:\/\/127\.0\.0\.1:\d+) serves gpt-oss-120b\n$/.exec(line) ?? [];
  expect((await ask(`${url}/v1/models`)).json().data).toMatchObject([
    { root: "/w", max_model_len: 4096 },
    { id: "sql" },
  ]);
  expect((await ask(`${url}/version`)).status).toBe(404);
  const reply = await ask(`${url}/v1/completions`, { json: { prompt: "x" } });
  expect(reply.json()).toMatchObject({ object: "error", type: "EngineGenerateError" });
});

test("kind, certificate, dev mode and the look of metrics and loading can be given as flags", async () => {
  const flags = ["--port", "0", "--kind", "sglang", "--load", "10m", "--load-as", "starting"];
  const [, url = ""] = /(http:\S+)/.exec(await start(...flags).line) ?? [];
  expect((await ask(`${url}/health`)).status).toBe(503);
  expect((await ask(`${url}/v1/models`)).json().data).toMatchObject([{ owned_by: "sglang" }]);
  const others = ["--port", "0", "--dev-mode", "--metrics-style", "no-stats"];
  const [, vllm = ""] = /(http:\S+)/.exec(await start(...others).line) ?? [];
  expect((await ask(`${vllm}/is_sleeping`)).json()).toEqual({ is_sleeping: false });
  expect((await ask(`${vllm}/metrics`)).text).not.toContain("vllm:");
  expect(await start("--port", "0", "--tls", "expired").line).toContain(" https://127.0.0.1:");
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends it at once with 0, even with a stream open",
  async (signal) => {
    const started = start("--port", "0", "--first-token", "1m");
    const [, url = ""] = /(http:\S+)/.exec(await started.line) ?? [];
    const json = { messages: [{ role: "user", content: "hi" }], stream: true };
    const stream = failure(ask(`${url}/v1/chat/completions`, { json }));
    await expect
      .poll(async () => (await ask(`${url}/metrics`)).text)
      .toMatch(/num_requests_running\{.*\} 1\.0/);
    started.program.kill(signal);
    expect((await started.ended).code).toBe(0);
    expect(await stream).toBe("ECONNRESET");
  },
);

test("while it loads the program refuses, and it can still be ended", async () => {
  const started = start("--port", "0", "--load", "10m");
  const [, url = ""] = /(http:\S+)/.exec(await started.line) ?? [];
  expect(await failure(ask(`${url}/health`))).toBe("ECONNREFUSED");
  started.program.kill("SIGTERM");
  expect((await started.ended).code).toBe(0);
});

test.each([
  ["--port", []],
  ["--control-port", ["--port", "0"]],
])("a taken port is told in one line with %s", async (flag, others) => {
  const { port } = await running();
  const { code, stdout, stderr } = await start(...others, flag, String(port)).ended;
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: `simulator: port ${port} is in use by another process: stop it, or choose another port with ${flag}\n`,
  });
});

test.each([
  [["--load", "10"], "Expected a duration such as 500ms, 10s or 2m."],
  [["--port", "70000"], "Expected a port, at most 65535."],
  [["--max-model-len", "1.5"], "Expected a whole number."],
  [["--tokens-per-second", "fast"], "Expected a number from 0 on."],
  [["--fault", "nonsense"], "Allowed choices are reset,"],
  [["--nonsense"], "unknown option '--nonsense'"],
])("a wrong command line %j ends with 64 and says what was expected", async (args, words) => {
  const { code, stdout, stderr } = await start(...args).ended;
  expect(code).toBe(64);
  expect(stdout).toBe("");
  expect(stderr).toContain(words);
});
