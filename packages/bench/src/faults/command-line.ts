import { Command } from "commander";
import { oneOf } from "../one-of.ts";
import { FAULTS } from "./rows/all.ts";
import { SYSTEMS } from "./systems/all.ts";

export interface Flags {
  readonly only?: readonly string[];
  readonly systems?: readonly string[];
  readonly quick?: boolean;
  readonly install?: boolean;
  readonly json?: string;
  readonly markdown?: string;
}

export function parseCommandLine(args: readonly string[]): Flags {
  return new Command("bench:faults")
    .description("The fault wall: what clients see when backends fail, Rollcall and its peers side by side.")
    .option("--only <rows>", "these rows, separated by commas", oneOf(FAULTS.map(({ name }) => name)))
    .option(
      "--systems <names>",
      "these systems, or all; without it Rollcall and every peer that is installed",
      oneOf(["all", ...SYSTEMS.map(({ name }) => name.toLowerCase())]),
    )
    .option("--quick", "fewer seconds a row, and Rollcall only unless --systems says otherwise")
    .option("--install", "install the peers that are absent, and exit unless rows or systems are named")
    .option("--json <file>", "write everything that was counted, added to what the file already holds")
    .option("--markdown <file>", "write the table between the markers of this file")
    .addHelpText(
      "after",
      `\nRows:\n${FAULTS.map(({ name, does }) => `  ${name.padEnd(18)} ${does}`).join("\n")}`,
    )
    .parse(args, { from: "user" })
    .opts<Flags>();
}
