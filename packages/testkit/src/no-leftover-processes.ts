import { realpathSync } from "node:fs";
import path from "node:path";
import { findLeftovers, readProcesses } from "./leftover-processes.ts";
import { pause } from "./until.ts";

const ROOT = `${realpathSync(path.join(import.meta.dirname, "../../.."))}/`;

/** What the last tests ended may take so long to be gone. */
const GRACE_MS = 5_000;
const POLL_MS = 50;

/** For vitest's `globalSetup`: a run that leaves processes behind fails, and names them. */
export function teardown(): Promise<void> {
  return expectNone(performance.now() + GRACE_MS);
}

async function expectNone(deadline: number): Promise<void> {
  for (;;) {
    const left = findLeftovers(readProcesses(), { runner: process.pid, root: ROOT });
    if (left.length === 0) return;
    if (performance.now() > deadline) {
      const lines = left.map(({ pid, command }) => `  ${pid} ${command}`);
      throw new Error(`tests left processes running:\n${lines.join("\n")}`);
    }
    await pause(POLL_MS);
  }
}
