import { Command, CommanderError } from "commander";
import { drained, EXIT, isLossy, StartError } from "@rollcall/runtime";
import type { CommandContext } from "./context.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Says what a program understands, its options and subcommands. */
export type Describe = (program: Command, context: CommandContext) => void;

/** Runs one command line and resolves with the exit code. What goes wrong is said in one line, never as a stack. */
async function runCommandLine(
  describe: Describe,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError();
  describe(program, { terminal, finish: (result) => void (code = result) });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof StartError) {
      terminal.err(`rollcall: ${error.message}\n`);
      return error.exitCode;
    }
    terminal.err(`rollcall: internal error: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
}

/** Runs this process's own command line, and ends it. */
export async function runMain(describe: Describe): Promise<never> {
  // A reader that goes away (`rollcall status | head`) is no error, and to a daemon it is nothing at all.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (isLossy(process.stdout)) return;
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
  process.stderr.on("error", () => {});
  const code = await runCommandLine(describe, process.argv.slice(2), processTerminal());
  await Promise.all([process.stdout, process.stderr].map(drained));
  // All that was to be ended has been; what a failed start left half open must not keep the process.
  process.exit(code);
}
