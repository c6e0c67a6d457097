import { Command, CommanderError } from "commander";
import { describeRollcall } from "../src/describe-rollcall.ts";

/** Parses as `rollcall` does and runs nothing. Answers with the complaint, or null. */
export function refusal(args: readonly string[]): string | null {
  const context = {
    terminal: {
      out: () => {},
      err: () => {},
      logTo: () => ({ out: () => {}, err: () => {} }),
      interactive: false,
      paint: () => "",
      env: {},
    },
    finish: () => {},
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  describeRollcall(program, context);
  for (const command of program.commands) command.action(() => {});
  try {
    program.parse(args, { from: "user" });
    return null;
  } catch (fault) {
    if (fault instanceof CommanderError) return fault.message;
    throw fault;
  }
}
