import { readFileSync } from "node:fs";
import { processTree } from "./process-tree.ts";

const PAGE_KB = 4;

/** Resident memory of these processes and all their descendants, in KiB. Pages that they share count in each. */
export function residentKiB(roots: readonly number[]): number {
  return processTree(roots).reduce((sum, pid) => sum + ofProcess(pid), 0);
}

function ofProcess(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_KB;
  } catch {
    return 0;
  }
}
