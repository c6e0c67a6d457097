import { allCommands, type CommandNode, type OptionNode } from "./command-tree.ts";

/** A completion script for fish, as a file of `~/.config/fish/completions` or to be read by `source`. It starts no program. */
export function printFish(root: CommandNode): string {
  const all = allCommands(root);
  const { name } = root;
  const paths = all.slice(1).map(({ path }) => JSON.stringify(path));
  return `# fish completion of ${name}: ${name} completion fish | source
function __${name}_at
    set -l at ${name}
    for word in (commandline -opc)[2..]
        contains -- "$at $word" ${paths.join(" ")}; and set at "$at $word"
    end
    test "$at" = "$argv[1]"
end
${all.flatMap((command) => lines(name, command)).join("\n")}
`;
}

function lines(program: string, command: CommandNode): readonly string[] {
  const start = `complete -c ${program} -n '__${program}_at ${JSON.stringify(command.path)}'`;
  return [
    ...command.commands.map(({ name, description }) => `${start} -f -a ${name} -d ${quote(description)}`),
    ...command.options.map((option) => `${start} ${optionFlags(option)} -d ${quote(option.description)}`),
  ];
}

function optionFlags({ names, value }: OptionNode): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  if (value === "file") flags.push("-r -F");
  else if (value === "other") flags.push("-x");
  else if (value !== "none") flags.push(`-x -a ${quote(value.oneOf.join(" "))}`);
  return flags.join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
