import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** In clock ticks since boot. */
  readonly startedAt: number;
  /** Program and working directory; empty where they may not be read. */
  readonly exe: string;
  readonly cwd: string;
  readonly command: string;
}

export interface TestRun {
  /** The process of the test runner. Its children are its workers, theirs are what the tests started. */
  readonly runner: number;
  /** The directory of the workspace, with a slash at its end. */
  readonly root: string;
}

/** Who takes over what has lost its parent. */
const ADOPTERS = /^(\/usr)?\/lib\/systemd\/systemd\b/;

/** Of all processes, those that the tests of this run started and have not ended, whether their parent lives or not. */
export function findLeftovers(
  all: readonly ProcessFacts[],
  { runner, root }: TestRun,
): readonly ProcessFacts[] {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const since = byPid.get(runner)?.startedAt ?? Number.POSITIVE_INFINITY;
  const isOurs = ({ exe, cwd }: ProcessFacts) => exe.startsWith(root) || `${cwd}/`.startsWith(root);
  const isOrphan = ({ parent }: ProcessFacts) =>
    parent <= 1 || ADOPTERS.test(byPid.get(parent)?.command ?? "");
  const below = (pid: number, parents: number): boolean => {
    const one = byPid.get(pid);
    if (one === undefined || pid <= 1) return false;
    return one.parent === runner ? parents > 0 : below(one.parent, parents + 1);
  };
  return all.filter((one) => below(one.pid, 0) || (isOrphan(one) && one.startedAt >= since && isOurs(one)));
}

/** Every process of this machine, from /proc (Linux); none elsewhere. */
export function readProcesses(): readonly ProcessFacts[] {
  const pids = readProc(() => readdirSync("/proc"), []).filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = readProc(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
    // The command stands in brackets and may contain anything, brackets too.
    const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat === "" || state === "Z") return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      startedAt: Number(fields[17]),
      exe: readProc(() => readlinkSync(`/proc/${pid}/exe`), ""),
      cwd: readProc(() => readlinkSync(`/proc/${pid}/cwd`), ""),
      command: readProc(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "")
        .replaceAll("\0", " ")
        .trim(),
    };
  });
}

/** It may have ended meanwhile, or belong to another user. */
function readProc<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
