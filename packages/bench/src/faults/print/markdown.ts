import type { Report, ReportedRow, ReportedSystem } from "../report.ts";
import type { Fault } from "../rows/fault.ts";
import { printEntry } from "./cell.ts";

/** In what order the table has its rows and columns. */
export interface Order {
  readonly faults: readonly Fault[];
  readonly systems: readonly string[];
}

export function printMarkdown({ machine, systems: present, rows }: Report, order: Order): string {
  const { date, cores, cpu, memoryGiB, node } = machine;
  const systems = order.systems.flatMap((name) => present.filter((system) => system.name === name));
  const heads = systems.map(({ name, version }) => `${name} ${version}`);
  return [
    `${date}, Node ${node}, ${cores} cores shared by clients, systems and backends (${cpu}), ${memoryGiB} GiB.`,
    "",
    printLine(["fault", ...heads]),
    printLine(["---", ...heads.map(() => "---")]),
    ...order.faults.flatMap((fault) => printRow(fault, systems, rows)),
    "",
    ...systems.map((system) => `- ${printSetup(system)}`),
  ].join("\n");
}

function printRow(
  fault: Fault,
  systems: readonly ReportedSystem[],
  rows: readonly ReportedRow[],
): readonly string[] {
  const row = rows.find(({ name }) => name === fault.name);
  if (row === undefined) return [];
  const cells = systems.map(({ name }) => {
    const entry = row.entries[name];
    return entry === undefined ? "" : printEntry(fault, entry);
  });
  return [printLine([`${fault.title} (\`${fault.name}\`)`, ...cells])];
}

function printSetup({ name, version, perSecond, setup }: ReportedSystem): string {
  return `${name} ${version}, ${perSecond} requests a second: ${setup}.`;
}

function printLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
