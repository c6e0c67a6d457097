import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { VERDICTS, type Environment, type Snapshot } from "@rollcall/contract";
import { changeLogOf, parseSnapshotFile } from "@rollcall/snapshot";
import { startSimulator, type Simulator, type SimulatorOptions } from "@rollcall/simulator";
import { onTestFinished } from "vitest";
import { startProber, type RunningProber } from "../src/index.ts";
import { writeConfig, type Entry, type Written } from "./configs.ts";

/** So that tests need not wait for the intervals of a real fleet. */
export const QUICK = { interval: "200ms", not_ready_interval: "100ms", timeout: "1s" };

/** A simulator that is closed when the test ends. */
export async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ servedNames: ["llama"], ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A directory of the test's own, gone when it ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "rollcall-prober-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface Site {
  readonly directory: string;
  readonly configFile: string;
  readonly stateFile: string;
  /** Writes the config anew, with the state file of this site. */
  write(entries: readonly Entry[], written?: Written): void;
  /** What the state file says now; null before there is one. */
  snapshot(): Snapshot | null;
  /** The reasons that it says, by alias. */
  reasons(): Readonly<Record<string, string>>;
}

/** A config and a state file in a directory of their own. */
export function site(entries: readonly Entry[], written: Written = {}): Site {
  const directory = temporaryDirectory();
  const configFile = path.join(directory, "config.yaml");
  const stateFile = path.join(directory, "state", "snapshot.json");
  const snapshot = (): Snapshot | null => {
    const texts = { base: readIfThere(stateFile), log: readIfThere(changeLogOf(stateFile)) };
    const parsed = parseSnapshotFile(VERDICTS, texts);
    return parsed.ok ? parsed.value : null;
  };
  const write: Site["write"] = (next, how = written) =>
    writeFileSync(configFile, writeConfig(next, { prober: QUICK, ...how, stateFile }));
  write(entries);
  return {
    directory,
    configFile,
    stateFile,
    write,
    snapshot,
    reasons: () =>
      Object.fromEntries((snapshot()?.verdicts ?? []).map(({ alias, reason }) => [alias, reason])),
  };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

export interface Running extends RunningProber {
  get(route: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

export interface Start {
  readonly env?: Environment;
  /** What it is bound to; it is asked on loopback all the same. */
  readonly host?: string;
}

/** A prober on a port of its own that is stopped when the test ends. */
export async function running({ configFile }: Site, { env = {}, host }: Start = {}): Promise<Running> {
  const bound = host === undefined ? {} : { host };
  const prober = await startProber({ configFile, env, port: 0, logLevel: "silent", ...bound });
  onTestFinished(async () => {
    await prober.stop();
  });
  const { port } = new URL(prober.url);
  return { ...prober, get: (route, headers) => get(`http://127.0.0.1:${port}${route}`, headers) };
}

export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const reply = await fetch(url, { headers });
  return { status: reply.status, text: await reply.text() };
}
