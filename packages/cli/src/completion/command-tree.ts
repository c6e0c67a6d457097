import type { Command, Option } from "commander";

/** What may stand after an option: nothing, one of these words, a file, or something that nobody can guess. */
export type ValueKind = "none" | "file" | "other" | { readonly oneOf: readonly string[] };

export interface OptionNode {
  /** With their dashes, the short one first: `["-c", "--config"]`. */
  readonly names: readonly string[];
  readonly value: ValueKind;
  /** Whether it may be left out. */
  readonly isOptional: boolean;
  /** As the help shows it: `-c, --config <file>`. */
  readonly flags: string;
  readonly description: string;
}

/** One command of the command line, as its help shows it. */
export interface CommandNode {
  /** From the program on: `rollcall up`. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  /** `[options] <deployment>`. */
  readonly usage: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** What a command and those below it understand; what is hidden from the help is left out. */
export function commandTree(command: Command, parent = ""): CommandNode {
  const path = `${parent} ${command.name()}`.trim();
  const help = command.createHelp();
  return {
    path,
    name: command.name(),
    description: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map(optionNode),
    commands: help.visibleCommands(command).flatMap((child) =>
      // Help of help is what nobody asks for.
      child.name() === "help" ? [] : [commandTree(child, path)],
    ),
  };
}

/** A tree as a list, parents first. */
export function allCommands(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function optionNode(option: Option): OptionNode {
  const { short, long, flags, description, mandatory } = option;
  return {
    names: [short, long].filter((name) => name !== undefined),
    value: valueKind(option),
    isOptional: !mandatory,
    flags,
    description,
  };
}

function valueKind({ flags, required, optional, argChoices }: Option): ValueKind {
  if (!required && !optional) return "none";
  if (argChoices !== undefined) return { oneOf: argChoices };
  return /<(file|directory|path)>/.test(flags) ? "file" : "other";
}
