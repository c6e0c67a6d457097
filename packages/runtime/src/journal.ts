import { fstatSync } from "node:fs";
import type { Environment } from "@rollcall/contract";
import type { LineSink } from "./buffered-line-writer.ts";
import { withPriorities } from "./log-lines.ts";

/** The priority of what a process says on standard error beside its log: err. */
const UNKNOWN_ERROR = 3;

/** Lines on their way to a stream: with their priorities where journald reads it, else as they are. */
export function forJournal(sink: LineSink, { fd }: { readonly fd: number }): LineSink {
  if (!isJournal(fd, process.env)) return sink;
  const other = fd === process.stderr.fd ? UNKNOWN_ERROR : null;
  return { write: (lines) => sink.write(withPriorities(lines, other)) };
}

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
