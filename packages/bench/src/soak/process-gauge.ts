import { readdirSync, readFileSync } from "node:fs";
import { request } from "undici";

/** What a process holds at one moment. */
export interface Held {
  readonly rssMb: number;
  /** Open files and sockets. */
  readonly descriptors: number;
  /** Requests under way on backends, by the gateway's own count. */
  readonly inFlight: number;
}

const PAGE_KB = 4;

const IN_FLIGHT = "rollcall_gateway_requests_in_flight";

/** Read from the kernel (Linux) and from /metrics. */
export async function readHeld(pid: number, url: string): Promise<Held> {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  const { body } = await request(`${url}/metrics`);
  const text = await body.text();
  return {
    rssMb: (pages * PAGE_KB) / 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    inFlight: sumOf(text, IN_FLIGHT),
  };
}

/** 0: no series of it yet. Throws where /metrics does not know the name, or another one now. */
export function sumOf(metrics: string, name: string): number {
  if (!metrics.includes(`# TYPE ${name} `)) throw new Error(`/metrics has no ${name}`);
  return metrics
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
