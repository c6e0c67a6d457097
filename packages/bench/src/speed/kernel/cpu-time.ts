import { readdirSync, readFileSync } from "node:fs";
import { processTree } from "./process-tree.ts";

/**
 * CPU time that these processes and all their descendants have used so far, in microseconds: the sum over all their
 * threads of the scheduler's own account, which counts nanoseconds where /proc/PID/stat counts ticks of 10 ms.
 */
export function cpuMicros(roots: readonly number[]): number {
  return processTree(roots).reduce((sum, pid) => sum + ofProcess(pid), 0);
}

function ofProcess(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + ofThread(pid, thread), 0);
  } catch {
    return 0;
  }
}

function ofThread(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1_000;
  } catch {
    return 0;
  }
}
