import { execFile } from "node:child_process";
import type { Environment } from "@rollcall/contract";

/** Sends `NAME=value` lines to systemd as one message; rejects where they did not arrive. */
export type Notify = (variables: readonly string[]) => Promise<void>;

/** systemd-notify itself gives up after 5 s. */
const TIMEOUT_MS = 10_000;

/**
 * By way of the program that comes with systemd: its socket takes datagrams, which Node has not for Unix sockets. It waits
 * until systemd has read the message, or systemd could no longer tell which unit its sender belonged to.
 */
export function notifyBySystemdNotify(env: Environment): Notify {
  return (variables) =>
    new Promise((resolve, reject) => {
      // No more of the environment than that: there are keys in it.
      const own = { PATH: env["PATH"] ?? "/usr/bin:/bin", NOTIFY_SOCKET: env["NOTIFY_SOCKET"] };
      execFile("systemd-notify", [...variables], { env: own, timeout: TIMEOUT_MS }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
}
