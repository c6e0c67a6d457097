import type { Machine } from "../peers/machine.ts";
import type { Spread } from "./count/spread.ts";
import type { Column } from "./scenarios/scenario.ts";

/** What the JSON file holds: one run, with nothing left out that a table or a plot needs. */
export interface Report {
  readonly machine: Machine;
  readonly command: string;
  readonly systems: readonly ReportedSystem[];
  readonly absent: readonly AbsentSystem[];
  readonly results: readonly Result[];
}

export interface ReportedSystem {
  readonly name: string;
  readonly version: string;
  readonly setup: string;
}

export interface AbsentSystem {
  readonly name: string;
  /** The command that installs it. */
  readonly install: string;
  /** What came of that command, where it was tried. */
  readonly why?: string;
}

/** One scenario. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly does: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly columns: readonly Column[];
  /** The row that ratios are to. */
  readonly base: string;
  readonly rows: readonly Row[];
}

/** One system in it. */
export interface Row {
  readonly system: string;
  readonly cells: Readonly<Record<string, Cell>>;
  /** Why it has no figures, or what is unlike the other rows. */
  readonly note?: string;
}

export interface Cell {
  /** Null where nothing was measured. */
  readonly value: Spread | null;
  /** To nginx, or over direct, as the column says. Null where the other has no figures. */
  readonly compared: Spread | null;
}
