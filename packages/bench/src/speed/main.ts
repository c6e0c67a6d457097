import { install, printInstall } from "../peers/install.ts";
import { parseCommandLine } from "./command-line.ts";
import { printMarkdown, printResult } from "./print/markdown.ts";
import { writeReadme, writeReport } from "./print/write-report.ts";
import { QUICK } from "./quick.ts";
import { runBench } from "./run-bench.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import { SYSTEMS } from "./systems/all.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

const args = process.argv.slice(2);
const flags = parseCommandLine(args);
const quick = flags.quick === true ? QUICK : null;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// Leaving by exit ends what was started; a signal alone would not.
endOnSignal();

const systems = choose(SYSTEMS, flags.system ?? quick?.systems);
if (flags.install === true) await installAbsent();
if (flags.install !== true || flags.scenario !== undefined || flags.system !== undefined) await bench();
process.exit();

async function bench(): Promise<void> {
  const rounds = flags.rounds ?? quick?.rounds;
  const report = await runBench({
    command: ["npm run bench", ...(args.length === 0 ? [] : ["--"]), ...args].join(" "),
    scenarios: choose(SCENARIOS, flags.scenario ?? quick?.scenarios),
    systems,
    effort: { share: quick?.share ?? 1, ...(rounds === undefined ? {} : { rounds }) },
    onResult: (result) => say(`${printResult(result)}\n`),
  });
  say(printMarkdown({ ...report, results: [] }));
  if (flags.out !== undefined) writeReport(report, flags.out);
  if (flags.readme === true) writeReadme(report);
}

function choose<Named extends { readonly name: string }>(
  all: readonly Named[],
  wanted: readonly string[] | undefined,
): readonly Named[] {
  return all.filter(({ name }) => wanted === undefined || wanted.includes(name.toLowerCase()));
}

async function installAbsent(): Promise<void> {
  for (const system of systems) {
    if (system.install.length === 0 || (await system.version()) !== null) continue;
    say(`${system.name}: ${printInstall(system)}`);
    await install(system).catch((problem: unknown) => say(`${system.name}: ${String(problem)}`));
  }
}
