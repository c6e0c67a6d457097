import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { ok, type Result, type SnapshotHeader, type SnapshotKind } from "@rollcall/contract";
import { changeLogOf } from "./change-log.ts";
import { finished } from "./in-turns.ts";
import { continues, isNewer, positionOf } from "./position.ts";
import { RecordTable } from "./record-table.ts";
import { parseChange, parseSnapshot, splitChanges } from "./snapshot-text.ts";

/** What lies in a file and its log now; null where there is nothing that can be read. */
export async function readSnapshotFile<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  file: string,
): Promise<Whole | null> {
  const [base, log] = [await textOf(file), await textOf(changeLogOf(file))];
  const parsed = parseSnapshotFile(kind, { base, log });
  return parsed.ok ? parsed.value : null;
}

/** The snapshot that a base and its log make: changes that do not go on from it are passed over, with all that follow. */
export function parseSnapshotFile<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  { base, log }: { readonly base: string; readonly log: string },
): Result<Whole, string> {
  const parsed = parseSnapshot(kind, base);
  if (!parsed.ok) return parsed;
  const table = finished(RecordTable.build(kind, parsed.value));
  for (const text of splitChanges(log.slice(log.indexOf("\n") + 1))) {
    const read = parseChange(kind, text);
    if (!read.ok) break;
    const { header, ...change } = read.value;
    const last = positionOf(kind, table.snapshot);
    const next = positionOf(kind, header);
    if (!continues({ ...next, sequence: change.after }, last)) break;
    if (isNewer(next, last)) table.apply(header, change);
  }
  return ok(table.snapshot);
}

function textOf(file: string): Promise<string> {
  // Of a FIFO nothing is read, instead of waiting for somebody to write to it.
  const flag = constants.O_RDONLY | constants.O_NONBLOCK;
  return readFile(file, { encoding: "utf8", flag }).catch(() => "");
}
