import { createInterface } from "node:readline";
import { Command } from "commander";
import { type Fleet, type FleetOptions, startFleet } from "./fleet/fleet.ts";
import { commandFleet } from "./fleet/fleet-command.ts";
import { portNumber, wholeNumber } from "./number-flag.ts";

/** A wrong command line ends the process with this code (EX_USAGE). */
const USAGE = 64;

const flags = new Command("fleet")
  .description("Many vLLM servers in one process; switched by JSON lines on stdin.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE))
  .option("--backends <n>", "how many", wholeNumber, 100)
  .option("--names-each <n>", "served names of each", wholeNumber, 1)
  .option("--host <host>", "address to listen on", "127.0.0.1")
  .option("--port <port>", "port to listen on; 0 = any free one", portNumber, 0)
  .option("--own-ports", "every backend on a port of its own as well")
  .parse(process.argv.slice(2), { from: "user" })
  .opts<FleetOptions>();

process.on("SIGINT", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
// Started by another program that is gone: nobody is left to stop us.
process.on("disconnect", () => process.exit(0));

try {
  const fleet = await startFleet(flags);
  process.stdout.write(`listening ${fleet.url} ${fleet.size} backends from ${fleet.urlOf(0)} on\n`);
  createInterface({ input: process.stdin }).on("line", (line) => void carryOut(fleet, line));
} catch (error) {
  process.stderr.write(`fleet: ${messageOf(error)}\n`);
  process.exit(1);
}

/** Every line is answered by one line, in the order in which they are done. */
async function carryOut(fleet: Fleet, line: string): Promise<void> {
  let answer: object;
  try {
    answer = { switched: await commandFleet(fleet, line) };
  } catch (error) {
    answer = { error: messageOf(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
