import { VERSION } from "@rollcall/contract";
import { printTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { worstOf, type CheckFinding, type FindingState } from "./finding.ts";

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const satisfies Record<FindingState, string>;

/** A line for each finding, its remedy below it, and how many there are of each state. */
export function printFindings(all: readonly CheckFinding[], terminal: Terminal): string {
  const findings = withoutMany(all);
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
  const count = (wanted: FindingState) => all.filter(({ state }) => state === wanted).length;
  return `${[...told, "", `${count("ok")} ok, ${count("warn")} warn, ${count("fail")} fail`].join("\n")}\n`;
}

/** So many lines of one check that is well are read by nobody. */
const MOST_OK = 20;

/** A large fleet that is well takes one line more. */
function withoutMany(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  return [...Map.groupBy(findings, ({ check }) => check)].flatMap(([check, ofCheck]) => {
    const well = ofCheck.filter(({ state }) => state === "ok");
    const more = well.slice(MOST_OK);
    if (more.length === 0) return ofCheck;
    const left = new Set(more);
    const rest: CheckFinding = { check, state: "ok", subject: `${more.length} more`, detail: "as well" };
    return [...ofCheck.filter((one) => !left.has(one)), rest];
  });
}

/** What `--json` prints and the bundle holds. */
export function findingsJson(findings: readonly CheckFinding[]): object {
  return { version: VERSION, state: worstOf(findings), findings };
}
