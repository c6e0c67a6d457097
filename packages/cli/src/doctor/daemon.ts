import { readFileSync, readlinkSync, statSync } from "node:fs";
import type { Environment } from "@rollcall/contract";
import type { Status } from "@rollcall/prober";
import type { DaemonAddress, DaemonName } from "../daemon-addresses.ts";
import { ask, type Asked } from "./ask.ts";
import type { ListeningProcess } from "../health/listening.ts";

/** What is asked of one daemon, once for all checks. */
export interface DaemonAnswers extends DaemonAddress {
  readonly metrics: Asked;
  readonly readiness: Asked;
  /** Of the prober alone. */
  readonly status: Status | null;
  /** Of Rollcall; null where it does not tell. */
  readonly version: string | null;
}

/** Asks a daemon all that the checks and the bundle want of it. `key` is the master key, where there is one. */
export async function askDaemon(
  address: DaemonAddress,
  key: string | null,
  now: () => number,
): Promise<DaemonAnswers> {
  const { name, url } = address;
  const metrics = await ask(`${url}/metrics`, key, now);
  const nobody = { ...address, metrics, readiness: metrics, status: null, version: null };
  if (metrics.kind === "failure") return nobody;
  const readiness = await ask(`${url}/readyz?verbose`, key, now);
  const said = parse(name === "prober" ? await ask(`${url}/status`, key, now) : null);
  const status = said === null || !("prober" in said) ? null : (said as Status);
  return { ...nobody, readiness, status, version: status?.prober.version ?? versionIn(metrics.body) };
}

/** Does a daemon of that name answer there? */
export function isOurs({ name, metrics }: Pick<DaemonAnswers, "name" | "metrics">): boolean {
  return metrics.kind === "answer" && metrics.body.includes(`\nrollcall_${name}_`);
}

/** The value of a metric without labels; null where there is none. */
export function valueOf(metrics: Asked, name: string): number | null {
  if (metrics.kind === "failure") return null;
  const found = new RegExp(`^${name} (\\S+)$`, "m").exec(metrics.body)?.[1];
  return found === undefined ? null : Number(found);
}

function versionIn(metrics: string): string | null {
  return /^rollcall_(?:\w+_)?build_info\{[^}]*\bversion="([^"]+)"/m.exec(metrics)?.[1] ?? null;
}

function parse(answer: Asked | null): object | null {
  if (answer?.kind !== "answer" || answer.status !== 200) return null;
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** A process of this machine that listens where a daemon ought to. */
export interface ListeningDaemon {
  readonly name: DaemonName;
  readonly pid: number;
  readonly uid: number;
  /** Null where this user may not read it. */
  readonly env: Environment | null;
  /** The file that its log goes to; null where that is no file. */
  readonly logFile: string | null;
}

/** Which of these processes listens at that address; null where none does that this user may look into. */
export function processAt(
  { name, url }: Pick<DaemonAddress, "name" | "url">,
  processes: readonly ListeningProcess[],
  proc = "/proc",
): ListeningDaemon | null {
  const { host } = new URL(url);
  const found = processes.find(
    ({ title, addresses }) => title.startsWith(`rollcall ${name}`) && addresses.includes(host),
  );
  if (found === undefined) return null;
  const at = `${proc}/${found.pid}`;
  try {
    return {
      name,
      pid: found.pid,
      uid: statSync(at).uid,
      env: readEnvironment(`${at}/environ`),
      logFile: logFileOf(found.pid, proc),
    };
  } catch {
    return null;
  }
}

function readEnvironment(file: string): Environment | null {
  try {
    const entries = readFileSync(file, "utf8")
      .split("\0")
      .filter((entry) => entry.includes("="));
    return Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
    );
  } catch {
    return null;
  }
}

/** Workers write to their gateway and that to `rollcall up`: so many of ours may stand between. */
const MOST_PARENTS = 2;

/** The file that a process writes its log to, itself or by those of ours that have started it. */
function logFileOf(pid: number, proc: string, parents = MOST_PARENTS): string | null {
  const own = fileBehind(`${proc}/${pid}/fd/1`);
  if (own !== null || parents === 0) return own;
  const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`${proc}/${pid}/status`, "utf8"))?.[1];
  if (parent === undefined || !readFileSync(`${proc}/${parent}/cmdline`, "utf8").startsWith("rollcall "))
    return null;
  return logFileOf(Number(parent), proc, parents - 1);
}

function fileBehind(descriptor: string): string | null {
  try {
    const target = readlinkSync(descriptor);
    return statSync(target).isFile() ? target : null;
  } catch {
    return null;
  }
}
