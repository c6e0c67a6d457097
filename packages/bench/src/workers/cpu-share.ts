import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** cgroup v1, as Debian 12 mounts it where v1 is chosen. */
const ROOT = "/sys/fs/cgroup/cpu";

const PERIOD_US = 10_000;

export function canShareCpu(): boolean {
  return existsSync(path.join(ROOT, "cpu.cfs_quota_us"));
}

/** Holds a process to that share of one core, by the kernel. Returns what lets go of it once it has ended. */
export function shareCpu(pid: number, share: number): () => void {
  const group = path.join(ROOT, `rollcall-bench-${pid}`);
  mkdirSync(group);
  writeFileSync(path.join(group, "cpu.cfs_period_us"), String(PERIOD_US));
  writeFileSync(path.join(group, "cpu.cfs_quota_us"), String(Math.round(PERIOD_US * share)));
  writeFileSync(path.join(group, "cgroup.procs"), String(pid));
  return () => rmdirSync(group);
}
