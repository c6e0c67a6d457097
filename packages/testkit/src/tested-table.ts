/** One run of a lane, as the page of runs has it. */
export interface TestedRow {
  /** The script that ran: `test:dist`. */
  readonly lane: string;
  /** `2026-11-26` */
  readonly date: string;
  /** What it ran with, name and version in turn. */
  readonly versions: Readonly<Record<string, string>>;
  /** What it measured, and the figure. */
  readonly figures?: Readonly<Record<string, string>>;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

const HEAD = "| lane | date | with | passed | failed | skipped | seconds |";
const RULE = "| --- | --- | --- | --- | --- | --- | --- |";
const INTRO = `# Tested

What each lane of tests said when it last ran. A lane writes its own row; \`npm test\` runs all but the heavy ones.
`;

const MEASURED = "## Measured\n";
const MEASURED_HEAD = "| lane | date | what | figure |";
const MEASURED_RULE = "| --- | --- | --- | --- |";

/** The page with this row and its figures in place of the lane's former ones. Those of other lanes stay, sorted by name. */
export function updateTested(page: string, row: TestedRow): string {
  const [runs = "", measured = ""] = page.split(MEASURED);
  const rows = [...keptRows(runs, row), printRow(row)].toSorted();
  const figures = [...keptRows(measured, row), ...printFigures(row)].toSorted();
  const below = figures.length === 0 ? [] : ["", MEASURED, MEASURED_HEAD, MEASURED_RULE, ...figures];
  return `${[INTRO, HEAD, RULE, ...rows, ...below].join("\n")}\n`;
}

function keptRows(table: string, { lane }: TestedRow): readonly string[] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("| `") && laneOf(line) !== lane)
    .map((line) => line.replaceAll(/ +/g, " "));
}

function printFigures({ lane, date, figures = {} }: TestedRow): readonly string[] {
  return Object.entries(figures).map((pair) => `| ${[`\`${lane}\``, date, ...pair].join(" | ")} |`);
}

function laneOf(line: string): string {
  return /^\| `([^`]+)`/.exec(line)?.[1] ?? "";
}

function printRow({ lane, date, versions, passed, failed, skipped, seconds }: TestedRow): string {
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const cells = [`\`${lane}\``, date, tools.join(", "), passed, failed, skipped, Math.round(seconds)];
  return `| ${cells.join(" | ")} |`;
}
