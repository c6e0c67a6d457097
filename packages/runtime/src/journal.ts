import { fstatSync } from "node:fs";
import type { Environment } from "@rollcall/contract";

/** Is this what journald reads? It says so by device and inode of its socket (systemd.exec(5), JOURNAL_STREAM). */
export function isJournal(fd: number, { JOURNAL_STREAM: said }: Environment): boolean {
  if (said === undefined || said === "") return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}` === said;
  } catch {
    return false;
  }
}
