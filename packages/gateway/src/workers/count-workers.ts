import os from "node:os";

/** `auto` is one a core; of the cores, those that this process may use: affinity and the cgroup's quota count. */
export function countWorkers(wanted: number | "auto"): number {
  return wanted === "auto" ? os.availableParallelism() : wanted;
}
