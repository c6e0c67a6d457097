import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { printErrorLine } from "../demo/error-line.ts";
import { demoConfig, DEMO_BACKEND_KEY, DEMO_KEY, type DemoFleet } from "../demo/demo-config.ts";
import { Simulators } from "../demo/simulators.ts";
import { showFleet } from "../demo/show-fleet.ts";
import { masterKeyOf } from "../master-key.ts";
import { DaemonPair } from "../daemon-pair.ts";
import type { Terminal } from "../terminal.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { addPairOptions, hasVirtualKeys, type UpOptions } from "./up.ts";

type DemoOptions = Omit<UpOptions, "config"> & {
  readonly config?: string;
  /** Show a virtual key, too. */
  readonly keys?: boolean;
};

export function addDemo(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("demo")
    .description(
      "Prober, gateway and three simulated backends, and one request shown. With --config: your own backends.",
    )
    .option("-c, --config <file>", "a LiteLLM config.yaml with real backends, instead of the simulated ones");
  command.option("--keys", "a virtual key too: made, used, limited and revoked; for the simulated backends");
  addPairOptions(command).action(async (options: DemoOptions) => {
    finish(
      options.config === undefined
        ? await simulated(options, terminal)
        : await show({ ...options, config: options.config }, { terminal, fleet: null }),
    );
  });
}

async function simulated(options: DemoOptions, terminal: Terminal): Promise<number> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-demo-"));
  const simulators = new Simulators();
  try {
    terminal.out("Starting three simulated vLLM servers, the prober and the gateway.\n");
    const fleet = await startFleet(simulators);
    const config = path.join(directory, "config.yaml");
    writeFileSync(config, demoConfig(fleet, options.keys === true));
    return await show({ ...options, config }, { terminal, fleet });
  } finally {
    simulators.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startFleet(simulators: Simulators): Promise<DemoFleet> {
  const key = ["--api-key", DEMO_BACKEND_KEY, "--tokens-per-second", "25"];
  const [ready, loading, misnamed] = await Promise.all([
    simulators.start("ready", [...key, "--served-model-name", "gpt-oss-120b"]),
    simulators.start("loading", [...key, "--served-model-name", "qwen3-coder-30b", "--load", "10s"]),
    simulators.start("misnamed", [...key, "--served-model-name", "llama-3.3-70b-instruct"]),
  ]);
  return { ready, loading, misnamed };
}

async function show(
  options: UpOptions & Pick<DemoOptions, "keys">,
  { terminal, fleet }: { terminal: Terminal; fleet: DemoFleet | null },
): Promise<number> {
  const hasKeys = fleet !== null && options.keys === true;
  const pair = new DaemonPair({
    ...options,
    control: hasVirtualKeys(options.config, terminal.env),
    env: terminal.env,
    onLine: (line) => {
      const text = printErrorLine(line);
      if (text !== null) terminal.out(text);
    },
    onError: (text) => terminal.err(text),
  });
  const key = fleet === null ? masterKeyOf(options.config, terminal.env) : DEMO_KEY;
  const stop = new AbortController();
  void showFleet({ pair, terminal, key, fleet, hasKeys }, stop.signal).catch((error: Error) => {
    if (!stop.signal.aborted) terminal.err(`rollcall: ${error.message}\n`);
  });
  return untilInterrupted(pair).finally(() => stop.abort());
}
