import { fstatSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Environment } from "@rollcall/contract";

/** The first descriptor behind standard input, output and error: sd_listen_fds(3). */
export const FIRST_PASSED = 3;

/**
 * Descriptors of listening sockets that whoever started us keeps, and has left open for us: systemd (a socket unit), or a
 * process of ours, which cannot know our id and so leaves out LISTEN_PID.
 */
export function passedSockets(env: Environment, pid: number): readonly number[] {
  const whose = env["LISTEN_PID"];
  if (whose !== undefined && whose !== String(pid)) return [];
  const count = Number(env["LISTEN_FDS"] ?? 0);
  return Number.isInteger(count) && count > 0
    ? Array.from({ length: count }, (_, index) => FIRST_PASSED + index)
    : [];
}

/** The environment of a child that gets so many sockets, behind its standard streams; all of one name, as LISTEN_FDNAMES has it. */
export function passingSockets(
  env: Environment,
  count: number,
  name?: string,
): Record<string, string | undefined> {
  const { LISTEN_PID: _pid, LISTEN_FDNAMES: _names, LISTEN_FDS: _count, ...rest } = env;
  if (count === 0) return rest;
  const names =
    name === undefined ? {} : { LISTEN_FDNAMES: Array.from({ length: count }, () => name).join(":") };
  return { ...rest, LISTEN_FDS: String(count), ...names };
}

/** The name of sockets that a generation before us has opened, by its config. */
export const OWN_SOCKET = "rollcall";

/** Were they opened by a generation before us? Else by somebody who has chosen the address, whatever the config says. */
export function areOwnSockets(env: Environment): boolean {
  return env["LISTEN_FDNAMES"]?.split(":")[0] === OWN_SOCKET;
}

const LISTENS = "0A";
const ANY_V6 = "0".repeat(32);
const LOOPBACK_V6 = "00000000000000000000000001000000";

export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The address that a listening TCP socket is bound to, from proc(5); null where that does not say. Node itself says it only
 * once it accepts.
 */
export function boundAddress(fd: number, net = "/proc/self/net"): BoundAddress | null {
  const inode = String(fstatSync(fd).ino);
  for (const file of ["tcp", "tcp6"]) {
    for (const line of linesOf(path.join(net, file))) {
      const [, local = "", , state, , , , , , of] = line.trim().split(/\s+/);
      if (state !== LISTENS || of !== inode) continue;
      const [host = "", port = ""] = local.split(":");
      return { host: printHost(host), port: Number.parseInt(port, 16) };
    }
  }
  return null;
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "latin1").split("\n");
  } catch {
    return [];
  }
}

/** Words of four bytes in the order of the machine, which is little-endian. */
function printHost(hex: string): string {
  if (hex === ANY_V6) return "::";
  if (hex === LOOPBACK_V6) return "::1";
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  return bytes.length === 4
    ? bytes.map((byte) => Number.parseInt(byte, 16)).join(".")
    : (bytes.join("").match(/.{4}/g) ?? []).join(":").toLowerCase();
}
