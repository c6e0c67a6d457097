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

/** Read from the kernel (Linux) and from /metrics. */
export async function readHeld(pid: number, url: string): Promise<Held> {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  const { body } = await request(`${url}/metrics`);
  const text = await body.text();
  const counts = [...text.matchAll(/^rollcall_gateway_in_flight\{[^}]*\} (\d+)$/gm)].map(([, count]) =>
    Number(count),
  );
  return {
    rssMb: (pages * PAGE_KB) / 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    inFlight: counts.reduce((sum, count) => sum + count, 0),
  };
}
