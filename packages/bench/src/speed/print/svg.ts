import type { Spread } from "../count/spread.ts";
import type { Report, Result } from "../report.ts";

/** One bar: the CPU of one system in one scenario, in terms of the base row's. */
interface Bar {
  readonly label: string;
  readonly ratio: Spread;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 860;
const LEFT = 130;
const RIGHT = 150;
const TOP = 58;
const BAR = 14;
const STEP = 20;
const HEAD = 26;
const GAP = 12;

/** Longer bars are cut at this ratio, or the short ones could not be told apart; their figure says how long they are. */
const LONGEST = 12;

const COLOURS: Readonly<Record<string, string>> = { Rollcall: "#2f6fde", "Rollcall-2": "#7ba4ec" };
const OTHER = "#b9bec7";

/** CPU per request or event in terms of nginx's, one group of bars a scenario: the median, with a line from least to most. */
export function printSvg(report: Report): string {
  const groups = report.results.map(groupOf).filter(({ bars }) => bars.length > 0);
  const height = TOP + groups.reduce((sum, { bars }) => sum + HEAD + bars.length * STEP + GAP, 0) + 10;
  const { machine } = report;
  let y = TOP;
  const body = groups.flatMap((group) => {
    const lines = printGroup(group, y);
    y += HEAD + group.bars.length * STEP + GAP;
    return lines;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text({ x: 16, y: 24, size: 16 }, "CPU per request or event, nginx = 1"),
    text(
      { x: 16, y: 43, size: 11 },
      `Median of interleaved rounds, line from least to most. ${machine.date}, ${machine.cores} cores, Node ${machine.node}. Bars are cut at ${LONGEST}.`,
    ),
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

/** Without the direct row, which is no proxy's CPU, and without ratios to something else than nginx. */
function groupOf({ title, columns, rows, base }: Result): Group {
  const column = columns.find(({ compare }) => compare === "ratio");
  if (column === undefined || base !== "nginx") return { title, bars: [] };
  const bars = rows.flatMap(({ system, cells }): Bar[] => {
    const ratio = cells[column.key]?.compared ?? null;
    return ratio === null || system === "direct" ? [] : [{ label: system, ratio }];
  });
  return { title: `${title}: ${column.title}`, bars };
}

function printGroup({ title, bars }: Group, top: number): readonly string[] {
  const end = top + HEAD + bars.length * STEP;
  return [
    text({ x: 16, y: top + 14, size: 13 }, title),
    `<line x1="${xOf(1)}" x2="${xOf(1)}" y1="${top + HEAD - 4}" y2="${end}" stroke="#d0d4da"/>`,
    ...bars.flatMap((bar, index) => printBar(bar, top + HEAD + index * STEP)),
  ];
}

function printBar({ label, ratio }: Bar, top: number): readonly string[] {
  const middle = top + BAR / 2;
  const [from, to] = [xOf(ratio.min), xOf(ratio.max)];
  return [
    `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
    `<rect x="${LEFT}" y="${top}" width="${round(xOf(ratio.median) - LEFT)}" height="${BAR}" rx="2" fill="${COLOURS[label] ?? OTHER}"/>`,
    `<line x1="${from}" x2="${to}" y1="${middle}" y2="${middle}" stroke="#1f2328" stroke-width="1.5"/>`,
    text({ x: Math.max(to, xOf(ratio.median)) + 8, y: middle + 4, size: 11 }, printFigures(ratio)),
  ];
}

/** To three digits: 1.07 (1.06–1.09). */
function printFigures({ median, min, max }: Spread): string {
  const [middle, least, most] = [median, min, max].map((value) => String(Number(value.toPrecision(3))));
  return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}

function xOf(ratio: number): number {
  return round(LEFT + (Math.min(ratio, LONGEST) / LONGEST) * (WIDTH - LEFT - RIGHT));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function text({ x, y, size }: { x: number; y: number; size: number }, words: string): string {
  return `<text x="${x}" y="${y}" font-size="${size}">${escape(words)}</text>`;
}

function escape(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
