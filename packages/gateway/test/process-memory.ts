import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { startProcess, type GatewayProcess } from "./gateway-process.ts";
import { gatewayFor, type GatewayOptions } from "./harness.ts";

export const MB = 1024 * 1024;

export const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The memory that a process really has, in bytes. */
function rssOf(pid: number): number {
  if (process.platform !== "linux")
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

/** For people, beside the name of the test. */
export function print(line: string): void {
  process.stdout.write(`    ${line}\n`);
}

/** A gateway whose memory is its own. */
export async function processFor(aliases: Parameters<typeof gatewayFor>[0], options: GatewayOptions = {}) {
  const started: GatewayProcess[] = [];
  const gateway = await gatewayFor(aliases, {
    ...options,
    start: async (daemon) => {
      const one = await startProcess(daemon);
      started.push(one.process);
      return one;
    },
  });
  const [child] = started;
  if (child === undefined) throw new Error("the gateway did not start");
  return { gateway, rss: () => rssOf(child.pid) };
}
