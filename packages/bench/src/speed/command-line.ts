import { Command, InvalidArgumentError } from "commander";
import { oneOf } from "../one-of.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import { SYSTEMS } from "./systems/all.ts";

export interface Flags {
  readonly scenario?: readonly string[];
  readonly system?: readonly string[];
  readonly rounds?: number;
  readonly quick?: boolean;
  readonly out?: string;
  readonly install?: boolean;
  readonly readme?: boolean;
}

export function parseCommandLine(args: readonly string[]): Flags {
  return new Command("bench")
    .description("The speed bench: what Rollcall and its peers cost, side by side in one run.")
    .option(
      "--scenario <names>",
      "these scenarios, separated by commas",
      oneOf(SCENARIOS.map(({ name }) => name)),
    )
    .option(
      "--system <names>",
      "these systems; without it all that are installed",
      oneOf(SYSTEMS.map(({ name }) => name.toLowerCase())),
    )
    .option("--rounds <number>", "rounds of each scenario, instead of its own", positive)
    .option("--quick", "fewer scenarios, systems and rounds: under two minutes")
    .option("--out <dir>", "write report.json, report.md and cpu.svg there")
    .option("--install", "install the peers that are absent, and exit unless scenarios or systems are named")
    .option(
      "--readme",
      "write the report between the markers of packages/bench/README.md, and the plot beside it",
    )
    .addHelpText(
      "after",
      `\nScenarios:\n${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join("\n")}`,
    )
    .parse(args, { from: "user" })
    .opts<Flags>();
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("a whole number above 0");
}
