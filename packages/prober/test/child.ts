import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { Environment } from "@rollcall/contract";
import { onTestFinished } from "vitest";
import { get, type Reply, type Site } from "./running.ts";
import { until } from "./until.ts";

export interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A prober in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  /** All that came out of it, on both streams. */
  output(): string;
  /** The same as log lines. Throws at one that is none. */
  lines(): readonly Line[];
  get(route: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** Sends the signal and resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const SCRIPT = path.join(import.meta.dirname, "run-prober.ts");

/** Starts it and waits until it listens. */
export async function child({ configFile }: Pick<Site, "configFile">, env: Environment = {}): Promise<Child> {
  const started = spawn(process.execPath, [SCRIPT, configFile], {
    env: { PATH: process.env["PATH"], ...env },
  });
  let output = "";
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    started.once("exit", resolve);
  });
  onTestFinished(async () => {
    started.kill("SIGKILL");
    await exited;
  });
  const lines = (): readonly Line[] =>
    output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line);
  let url = "";
  await until(() => {
    if (started.exitCode !== null) throw new Error(`the prober ended at once: ${output}`);
    url = /"address":"([^"]+)"/.exec(output)?.[1] ?? "";
    return url !== "";
  }, 10_000);
  return {
    process: started,
    url,
    output: () => output,
    lines,
    get: (route, headers) => get(`${url}${route}`, headers),
    end(signal) {
      started.kill(signal);
      return exited;
    },
  };
}
