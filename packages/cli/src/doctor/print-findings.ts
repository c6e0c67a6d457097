import { VERSION } from "@rollcall/contract";
import { printTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { worstOf, type CheckFinding, type FindingState } from "./finding.ts";

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const satisfies Record<FindingState, string>;

/** A line for each finding, its remedy below it, and how many there are of each state. */
export function printFindings(findings: readonly CheckFinding[], terminal: Terminal): string {
  const rows = findings.map(({ state, check, subject, detail }) => [
    terminal.paint(COLOURS[state], state),
    terminal.paint("dim", check),
    `${terminal.paint("bold", subject)}: ${detail}`,
  ]);
  const lines = printTable(rows).split("\n");
  const indent = " ".repeat("fail  certificates  ".length);
  const told = findings.flatMap(({ remedy }, index) => [
    lines[index] ?? "",
    ...(remedy === undefined ? [] : [`${indent}${remedy}`]),
  ]);
  const count = (wanted: FindingState) => findings.filter(({ state }) => state === wanted).length;
  return `${[...told, "", `${count("ok")} ok, ${count("warn")} warn, ${count("fail")} fail`].join("\n")}\n`;
}

/** What `--json` prints and the bundle holds. */
export function findingsJson(findings: readonly CheckFinding[]): object {
  return { version: VERSION, state: worstOf(findings), findings };
}
