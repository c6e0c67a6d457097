import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, until } from "@rollcall/testkit";
import { textOf } from "./site.ts";

const FLEET_MAIN = fileURLToPath(new URL("../../simulator/src/fleet-main.ts", import.meta.url));
const ROLLCALL_MAIN = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

const BACKENDS = 2_000;
const NAMES_EACH = 5;

/** 10,000 deployments on 2,000 backends in one process, and a prober in another. */
export interface BigFleet {
  readonly url: string;
  readonly pid: number;
  /** Switches so many backends each, from the one with this number on; the rest is well. */
  command(switches: Readonly<Record<string, number>>, first?: number): void;
  /** Resolves when all were asked. */
  settled(): Promise<void>;
  /** In MiB. */
  resident(): number;
  /** Of the prober so far, in seconds of one core. */
  cpu(): number;
  close(): Promise<void>;
}

export async function startBigFleet({ interval }: { readonly interval: string }): Promise<BigFleet> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-page-"));
  const args = ["--backends", String(BACKENDS), "--names-each", String(NAMES_EACH)];
  const fleet = spawn(process.execPath, [FLEET_MAIN, ...args], { stdio: ["pipe", "pipe", "inherit", "ipc"] });
  const [line] = (await once(fleet.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  fleet.stdout?.resume();
  const base = /listening (\S+)/.exec(line.toString())?.[1] ?? "";
  const config = path.join(directory, "config.yaml");
  const model_list = Array.from({ length: BACKENDS * NAMES_EACH }, (_, index) => {
    const [backend, name] = [Math.floor(index / NAMES_EACH), index % NAMES_EACH];
    const model = `m${backend}-${name}`;
    return {
      model_name: model,
      litellm_params: { model: `openai/${model}`, api_base: `${base}/b/${backend}/v1` },
    };
  });
  const rollcall = { state: { file: "state.json" }, prober: { interval, not_ready_interval: interval } };
  writeFileSync(config, JSON.stringify({ model_list, rollcall }));
  const port = await freePort();
  const prober = startCommand([
    "prober",
    "--config",
    config,
    "--port",
    String(port),
    "--log-level",
    "silent",
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: prober.pid ?? 0,
    command: (switches, first = 0) => switchFleet(fleet, switches, first),
    settled: async () => void (await until(() => isCalled(url), 120_000)),
    resident: () => residentMiB(prober.pid ?? 0),
    cpu: () => cpuSeconds(prober.pid ?? 0),
    close: async () => {
      for (const child of [prober, fleet]) await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** `rollcall`, as a process that ends with this one. */
export function startCommand(args: readonly string[]): ChildProcess {
  // As `bench:scale` gives it: a heap grows with what it may take.
  const heap = ["--max-old-space-size=160", "--max-semi-space-size=16"];
  return spawn(process.execPath, [...heap, ROLLCALL_MAIN, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

async function isCalled(url: string): Promise<boolean> {
  const text = await textOf(`${url}/readyz`).catch(() => "initial probe round");
  return !text.includes("initial probe round");
}

/** Backends next to each other get the same trouble. */
function switchFleet(
  { stdin }: ChildProcess,
  switches: Readonly<Record<string, number>>,
  first: number,
): void {
  const lines: object[] = [{ backends: "all", switch: "well" }];
  let from = first;
  for (const [name, count] of Object.entries(switches)) {
    lines.push({
      backends: Array.from({ length: count }, (_, index) => (from + index) % BACKENDS),
      switch: name,
    });
    from += count;
  }
  stdin?.write(lines.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** Linux counts in hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
