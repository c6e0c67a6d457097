import type { Pace } from "./pace.ts";
import type { Fault } from "./rows/fault.ts";
import { type Cell, runRow } from "./run-row.ts";
import type { SystemKind } from "./systems/system.ts";

/** A cell, a dash (null), or why the row could not be run. */
export type Entry = { readonly cell: Cell | null } | { readonly failure: string };

export interface Column {
  readonly kind: SystemKind;
  readonly version: string;
}

export interface Row {
  readonly fault: Fault;
  /** In the order of the columns. */
  readonly entries: readonly Entry[];
}

export interface Wall {
  readonly faults: readonly Fault[];
  readonly columns: readonly Column[];
  readonly pace: Pace;
  readonly onEntry: (fault: Fault, column: Column, entry: Entry) => void;
}

/** In each lane one row after the other, and in a row one system after the other: with one lane nothing disturbs. */
export async function runWall(wall: Wall): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const left = [...wall.faults.entries()];
  const runLane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, fault] = next;
      rows[index] = { fault, entries: await runEntries(fault, wall) };
    }
  };
  await Promise.all(Array.from({ length: wall.pace.lanes }, runLane));
  return rows;
}

async function runEntries(fault: Fault, { columns, pace, onEntry }: Wall): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const column of columns) {
    const entry = await runEntry(fault, column.kind, pace);
    onEntry(fault, column, entry);
    entries.push(entry);
  }
  return entries;
}

async function runEntry(fault: Fault, kind: SystemKind, pace: Pace): Promise<Entry> {
  try {
    return { cell: await runRow(fault, kind, pace) };
  } catch (problem) {
    return { failure: problem instanceof Error ? problem.message : String(problem) };
  }
}
