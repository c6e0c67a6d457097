import { Command, CommanderError } from "commander";
import { EXIT, StartError } from "@rollcall/runtime";
import { addCheck } from "./commands/check.ts";
import { addDaemons } from "./commands/daemons.ts";
import { addDemo } from "./commands/demo.ts";
import { addExplain } from "./commands/explain.ts";
import { addStatus } from "./commands/status.ts";
import { addUp } from "./commands/up.ts";
import { addWait } from "./commands/wait.ts";
import type { Terminal } from "./terminal.ts";

const EXIT_CODES = `
Exit codes:
  ${EXIT.ok}   ended as asked
  ${EXIT.failed}   could not start, or not everything is as it should be
  ${EXIT.timeout}   wait: time ran out; explain: no such alias or deployment
  ${EXIT.unclean}   stopped before running requests had ended
  ${EXIT.usage}  wrong command line or wrong config`;

/** Runs one command line and resolves with the exit code. What goes wrong is said in one line, never as a stack. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command("rollcall")
    .description("Gateway and prober for self-hosted LLM servers: calls the roll, then routes.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError()
    .addHelpText("after", EXIT_CODES);
  const context = { terminal, finish: (result: number) => void (code = result) };
  for (const add of [addUp, addDaemons, addDemo, addCheck, addStatus, addExplain, addWait])
    add(program, context);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (fault) {
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (fault instanceof StartError) {
      terminal.err(`rollcall: ${fault.message}\n`);
      return fault.exitCode;
    }
    terminal.err(`rollcall: internal error: ${fault instanceof Error ? fault.message : String(fault)}\n`);
    return EXIT.failed;
  }
}
