import { freePort, pause, Program, run } from "@rollcall/testkit";
import { LITELLM, PYTHON } from "./install.ts";

/** It calls nobody but the backends of its config. */
export const QUIET = {
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  NO_PROXY: "127.0.0.1",
  PYTHONDONTWRITEBYTECODE: "1",
};

const START_MS = 240_000;

export interface RunningLitellm {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** LiteLLM's proxy without a database, once it listens. */
export async function startLitellm(
  config: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningLitellm> {
  const port = await freePort();
  const flags = ["--config", config, "--host", "127.0.0.1", "--port", String(port), "--telemetry", "False"];
  const program = new Program(LITELLM, flags, { env: { ...QUIET, ...env } });
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  while (!(await lives(url))) {
    if (!program.lives || performance.now() - began > START_MS)
      throw new Error(`LiteLLM does not start: ${program.out}${program.err}`);
    await pause(200);
  }
  return { url, stop: () => program.stop() };
}

export async function litellmVersion(): Promise<string> {
  const { out } = await run(PYTHON, ["-c", "import importlib.metadata as m; print(m.version('litellm'))"]);
  return out.trim();
}

async function lives(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/liveliness`)).ok;
  } catch {
    return false;
  }
}
