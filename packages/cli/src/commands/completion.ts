import { Argument, type Command } from "commander";
import { EXIT } from "@rollcall/runtime";
import { printBash } from "../completion/bash.ts";
import { commandTree, type CommandNode } from "../completion/command-tree.ts";
import { printFish } from "../completion/fish.ts";
import { printZsh } from "../completion/zsh.ts";
import type { CommandContext } from "../context.ts";

const SHELLS: Readonly<Record<string, (root: CommandNode) => string>> = {
  bash: printBash,
  zsh: printZsh,
  fish: printFish,
};

export function addCompletion(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("completion")
    .description("Print a completion script for a shell: source <(rollcall completion bash)")
    .addArgument(new Argument("<shell>", "whose script").choices(Object.keys(SHELLS)))
    .action((shell: string) => {
      terminal.out(SHELLS[shell]?.(commandTree(program)) ?? "");
      finish(EXIT.ok);
    });
}
