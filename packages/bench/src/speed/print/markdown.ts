import type { Spread } from "../count/spread.ts";
import type { Cell, Report, Result, Row } from "../report.ts";
import type { Column } from "../scenarios/scenario.ts";

const MISSING = "–";

/** The whole report; headings begin at the third level. */
export function printMarkdown(report: Report): string {
  const { machine, command, systems, absent, results } = report;
  const { date, node, cores, cpu, memoryGiB } = machine;
  return [
    `\`${command}\`, ${date}, Node ${node}, ${cores} cores shared by load, systems and backend (${cpu}), ${memoryGiB} GiB.`,
    "",
    ...results.flatMap((result) => [printResult(result), ""]),
    ...systems.map(({ name, version, setup }) => `- ${name} ${version}: ${setup}.`),
    ...absent.map(
      ({ name, install, why }) => `- ${name}: absent. \`${install}\`${why === undefined ? "" : `: ${why}`}`,
    ),
  ].join("\n");
}

export function printResult({ name, title, does, columns, rows, rounds, seconds, base }: Result): string {
  const heads = columns.flatMap(({ title: head, compare }) =>
    compare === "ratio" ? [head, `× ${base}`] : [head],
  );
  const head = ["system", ...heads];
  return [
    `### ${title} (\`${name}\`)`,
    "",
    `${does} ${rounds} rounds of ${seconds} s.`,
    "",
    printLine(head),
    printLine(head.map(() => "---")),
    ...rows.map((row) => printLine([row.system, ...printRow(columns, row)])),
    ...rows.flatMap(({ system, note }) => (note === undefined ? [] : ["", `${system}: ${note}.`])),
  ].join("\n");
}

function printRow(columns: readonly Column[], { cells }: Row): readonly string[] {
  return columns.flatMap((column) => printCell(column, cells[column.key]));
}

function printCell({ compare, digits }: Column, cell: Cell | undefined): readonly string[] {
  if (cell === undefined) return compare === "ratio" ? [MISSING, MISSING] : [MISSING];
  const { value, compared } = cell;
  if (compare === "ratio") return [printSpread(value, digits), printSpread(compared, 2)];
  if (compare === "added" && compared !== null)
    return [`${compared.median < 0 ? "" : "+"}${printSpread(compared, digits)}`];
  return [printSpread(value, digits)];
}

/** The median, and in brackets the least and the most. */
function printSpread(spread: Spread | null, digits: number): string {
  if (spread === null) return MISSING;
  const [median, min, max] = [spread.median, spread.min, spread.max].map((value) =>
    printNumber(value, digits),
  );
  return min === max ? `${median}` : `${median} (${min}–${max})`;
}

function printNumber(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 ? `−${text}` : text;
}

function printLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
