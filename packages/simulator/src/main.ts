import { type Flags, parseCommandLine } from "./command-line.ts";
import { startControlServer } from "./control/control-server.ts";
import type { SimulatorOptions } from "./options.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const flags = parseCommandLine(process.argv.slice(2));

process.on("SIGINT", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
// Started by another program that is gone: nobody is left to stop us.
process.on("disconnect", () => process.exit(0));

try {
  const simulator = await startSimulator(optionsFrom(flags));
  if (flags.fault !== undefined) simulator.control.fault(flags.fault);
  await announce(simulator, flags.controlPort);
  await simulator.whenReady();
} catch (error) {
  process.stderr.write(`simulator: ${explain(error)}\n`);
  process.exit(1);
}

/** Says where it is: to people in a line, to the program that started it over the channel that one left open. */
async function announce(simulator: Simulator, controlPort: number | undefined): Promise<void> {
  const control =
    controlPort === undefined ? null : await startControlServer(simulator, { port: controlPort });
  const serves = `simulator ${simulator.url} serves ${simulator.control.state().servedNames.join(", ")}`;
  process.stdout.write(control === null ? `${serves}\n` : `${serves} · control ${control.url}\n`);
  if (process.connected)
    process.send?.({ kind: "listening", url: simulator.url, controlUrl: control?.url ?? null });
}

function optionsFrom(given: Flags): SimulatorOptions {
  const { kind, host, port, maxModelLen, tokensPerSecond, errorBodies, seed } = given;
  const { loadAs, metricsStyle, devMode, tls, maxNumSeqs, task, replay, without } = given;
  const renamed = {
    servedNames: given.servedModelName,
    root: given.model,
    // vLLM takes NAME=PATH; the path is of no use here.
    loras: given.loraModules?.map((lora) => lora.split("=", 1)[0] ?? lora),
    apiKeys: given.apiKey,
    loadMs: given.load,
    firstTokenMs: given.firstToken,
  };
  const same = { kind, host, port, maxModelLen, tokensPerSecond, errorBodies, seed, loadAs, metricsStyle };
  const all = { ...same, devMode, tls, maxNumSeqs, replay, without, tasks: task, ...renamed };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== "EADDRINUSE") return error.message;
  const flag = port === flags.controlPort ? "--control-port" : "--port";
  return `port ${port} is in use by another process: stop it, or choose another port with ${flag}`;
}
