import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** A process of this machine or container, and the TCP addresses on which it listens. */
export interface ListeningProcess {
  readonly pid: number;
  /** Its command line, or what it calls itself. */
  readonly title: string;
  /** As `http://` wants them: `127.0.0.1:4000`; a wildcard address is given as loopback. */
  readonly addresses: readonly string[];
}

/** `::ffff:0:0/96`, as /proc/net/tcp6 writes it. */
const MAPPED_V4 = "0000000000000000FFFF0000";

/**
 * Processes whose title begins so, from proc(5). Those of other users are listed without addresses. Throws where there is
 * no such file system.
 */
export function listeningProcesses(prefix: string, proc = "/proc"): readonly ListeningProcess[] {
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const wanted = pids.flatMap((pid) => {
    const title = unlessGone(() => readFileSync(path.join(proc, pid, "cmdline"), "utf8"), "");
    return title.startsWith(prefix) ? [{ pid: Number(pid), title: title.replaceAll("\0", " ").trim() }] : [];
  });
  const sockets = new Map([...socketsOf(proc, "tcp"), ...socketsOf(proc, "tcp6")]);
  return wanted.map(({ pid, title }) => {
    const inodes = inodesOf(path.join(proc, String(pid), "fd"));
    return { pid, title, addresses: [...new Set(inodes.flatMap((inode) => sockets.get(inode) ?? []))] };
  });
}

/** Inode → address, of the sockets that listen (state 0A). */
function socketsOf(proc: string, file: string): readonly (readonly [string, string])[] {
  const [, ...lines] = unlessGone(() => readFileSync(path.join(proc, "net", file), "utf8"), "").split("\n");
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === "0A" ? [[inode, addressOf(local)] as const] : [];
  });
}

/** `0100007F:0FA0` is 127.0.0.1:4000: words of four bytes in the order of the machine, which is little-endian. */
function addressOf(local: string): string {
  const [hex = "", port = ""] = local.split(":");
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16));
  const isV4 = numbers.length === 4 || local.startsWith(MAPPED_V4);
  return `${isV4 ? v4(numbers.slice(-4)) : v6(bytes)}:${Number.parseInt(port, 16)}`;
}

function v4(numbers: readonly number[]): string {
  return numbers.every((number) => number === 0) ? "127.0.0.1" : numbers.join(".");
}

function v6(bytes: readonly string[]): string {
  if (bytes.every((byte) => byte === "00")) return "[::1]";
  return `[${(bytes.join("").match(/.{4}/g) ?? []).join(":").toLowerCase()}]`;
}

function inodesOf(directory: string): readonly string[] {
  return unlessGone(() => readdirSync(directory), []).flatMap((fd) => {
    const target = unlessGone(() => readlinkSync(path.join(directory, fd)), "");
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** A process that ends while it is looked at is no error. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
