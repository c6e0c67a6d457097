import type { Command } from "commander";
import { EXIT, systemClock } from "@rollcall/runtime";
import { addExplainRequest } from "./explain-request.ts";
import type { CommandContext } from "../context.ts";
import { printExplanation } from "../explanation-text.ts";
import { askFirst } from "../ask-probers.ts";
import { fetchExplanation } from "../prober-client.ts";
import { addProberOptions, findProbers, type ProberOptions } from "../prober-options.ts";

interface ExplainOptions extends ProberOptions {
  readonly json?: boolean;
}

export function addExplain(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("explain")
    .enablePositionalOptions()
    .argument("<name>", "an alias, or a deployment's id")
    .description("Why it is ready or not, what was probed, and what to do. Exit 0 when ready, else 1.")
    .option("--json", "print the prober's /explain as JSON");
  addExplainRequest(command, { terminal, finish });
  addProberOptions(command).action(async (name: string, options: ExplainOptions) => {
    const found = await askFirst(findProbers(options, terminal), (prober) => fetchExplanation(prober, name));
    if (!found.ok) {
      terminal.err(`rollcall: ${found.error}\n`);
      finish(EXIT.unknownName);
      return;
    }
    const explanation = found.value;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : printExplanation(explanation, terminal, systemClock.now()),
    );
    finish(explanation.ready ? EXIT.ok : EXIT.failed);
  });
}
