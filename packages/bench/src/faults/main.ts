import { parseCommandLine } from "./command-line.ts";
import { install, printInstall } from "../peers/install.ts";
import { describeMachine } from "../peers/machine.ts";
import { FULL, QUICK } from "./pace.ts";
import { printEntry } from "./print/cell.ts";
import { listShortfalls } from "./print/shortfalls.ts";
import { writeReport } from "./print/write-report.ts";
import { reportOf } from "./report.ts";
import { FAULTS } from "./rows/all.ts";
import { SYSTEMS } from "./systems/all.ts";
import { ROLLCALL } from "./systems/rollcall.ts";
import type { SystemKind } from "./systems/system.ts";
import { type Column, runWall } from "./wall.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

const flags = parseCommandLine(process.argv.slice(2));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// Leaving by exit ends what was started; a signal alone would not.
endOnSignal();

if (flags.install === true) await installAbsent();
if (flags.install !== true || flags.only !== undefined || flags.systems !== undefined)
  process.exit(await bench());

async function bench(): Promise<number> {
  const pace = flags.quick === true ? QUICK : FULL;
  const columns = await presentColumns();
  const faults = FAULTS.filter(({ name }) => flags.only === undefined || flags.only.includes(name));
  let last = "";
  const rows = await runWall({
    faults,
    columns,
    pace,
    onEntry: (fault, { kind }, entry) => {
      if (fault.name !== last) say(`\n${fault.name}: ${fault.does}`);
      last = fault.name;
      say(`  ${kind.name.padEnd(9)} ${printEntry(fault, entry)}`);
    },
  });
  const order = { faults: FAULTS, systems: SYSTEMS.map(({ name }) => name) };
  writeReport(reportOf({ machine: describeMachine(), pace, columns, rows }), flags, order);
  const shortfalls = listShortfalls(rows, columns, ROLLCALL.name);
  for (const line of shortfalls) say(`\nRollcall falls short: ${line}`);
  return shortfalls.length === 0 ? 0 : 1;
}

function isWanted({ name }: SystemKind): boolean {
  const { systems, quick } = flags;
  if (systems === undefined) return quick !== true || name === ROLLCALL.name;
  return systems.includes("all") || systems.includes(name.toLowerCase());
}

async function presentColumns(): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const kind of SYSTEMS.filter(isWanted)) {
    const version = await kind.version();
    if (version === null) say(`${kind.name}: not installed. To install it: ${printInstall(kind)}`);
    else columns.push({ kind, version });
  }
  return columns;
}

async function installAbsent(): Promise<void> {
  for (const kind of SYSTEMS.filter(isWanted)) {
    if ((await kind.version()) !== null) continue;
    say(`${kind.name}: ${printInstall(kind)}`);
    await install(kind).catch((problem: unknown) => say(`${kind.name}: ${String(problem)}`));
  }
}
