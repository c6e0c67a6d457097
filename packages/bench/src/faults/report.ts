import type { Machine } from "../peers/machine.ts";
import type { Pace } from "./pace.ts";
import type { Column, Entry, Row } from "./wall.ts";

/** What --json holds: a whole wall, from one run or several. */
export interface Report {
  readonly machine: Machine;
  readonly systems: readonly ReportedSystem[];
  readonly rows: readonly ReportedRow[];
}

export interface ReportedSystem {
  readonly name: string;
  readonly version: string;
  readonly setup: string;
  readonly perSecond: number;
}

export interface ReportedRow {
  readonly name: string;
  /** System → what was counted. */
  readonly entries: Readonly<Record<string, Entry>>;
}

export interface Run {
  readonly machine: Machine;
  readonly pace: Pace;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export function reportOf({ machine, pace, columns, rows }: Run): Report {
  return {
    machine,
    systems: columns.map(({ kind: { name, setup, perSecond }, version }) => ({
      name,
      version,
      setup,
      perSecond: Math.min(pace.perSecond, perSecond),
    })),
    rows: rows.map(({ fault, entries }) => ({
      name: fault.name,
      entries: Object.fromEntries(entries.map((entry, index) => [columns[index]?.kind.name ?? "", entry])),
    })),
  };
}

/** Adds a run to what earlier ones counted: systems that take long can be run apart, and a row run again. */
export function mergeReports(before: Report, after: Report): Report {
  const names = new Set([...before.rows, ...after.rows].map(({ name }) => name));
  const entriesOf = (report: Report, wanted: string) =>
    report.rows.find(({ name }) => name === wanted)?.entries;
  return {
    machine: after.machine,
    systems: [
      ...before.systems.filter(({ name }) => !after.systems.some((one) => one.name === name)),
      ...after.systems,
    ],
    rows: [...names].map((name) => ({
      name,
      entries: { ...entriesOf(before, name), ...entriesOf(after, name) },
    })),
  };
}
