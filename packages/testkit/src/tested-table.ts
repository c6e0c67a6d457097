/** One run of a lane, as the page of runs has it. */
export interface TestedRow {
  /** The script that ran: `test:dist`. */
  readonly lane: string;
  /** `2026-11-26` */
  readonly date: string;
  /** What it ran with, name and version in turn. */
  readonly versions: Readonly<Record<string, string>>;
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

/** The page with this row in place of the lane's former one. The rows of other lanes stay, sorted by name. */
export function updateTested(page: string, row: TestedRow): string {
  const kept = page
    .split("\n")
    .filter((line) => line.startsWith("| `") && laneOf(line) !== row.lane)
    .map((line) => line.replaceAll(/ +/g, " "));
  const rows = [...kept, printRow(row)].toSorted();
  return `${[INTRO, HEAD, RULE, ...rows].join("\n")}\n`;
}

function laneOf(line: string): string {
  return /^\| `([^`]+)`/.exec(line)?.[1] ?? "";
}

function printRow({ lane, date, versions, passed, failed, skipped, seconds }: TestedRow): string {
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const cells = [`\`${lane}\``, date, tools.join(", "), passed, failed, skipped, Math.round(seconds)];
  return `| ${cells.join(" | ")} |`;
}
