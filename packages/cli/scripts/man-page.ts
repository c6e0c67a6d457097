import { allCommands, type CommandNode, type OptionNode } from "../src/completion/command-tree.ts";

interface ManPage {
  readonly root: CommandNode;
  readonly version: string;
  /** Exit code by exit code, as the help has it: `0   success`. */
  readonly exitCodes: string;
}

/** The manual page of section 1, in the macros of man(7), from what the help says of each command. */
export function printManPage({ root, version, exitCodes }: ManPage): string {
  const [, ...commands] = allCommands(root);
  const sections = [
    `.TH ${root.name.toUpperCase()} 1 "" "${root.name} ${version}" "User Commands"`,
    `.SH NAME\n${root.name} \\- ${text(root.description)}`,
    `.SH SYNOPSIS\n.B ${root.name}\n${text(root.usage)}`,
    `.SH OPTIONS\n${root.options.map(option).join("\n")}`,
    `.SH COMMANDS\n${commands.map(command).join("\n")}`,
    `.SH "EXIT STATUS"\n${exitStatus(exitCodes)}`,
    `.SH FILES\n.TP\n.I /etc/rollcall/config.yaml\nThe config of a machine, in the form of LiteLLM's config.yaml.`,
  ];
  return `${sections.join("\n")}\n`;
}

function command({ path, usage, description, options }: CommandNode): string {
  return [`.SS "${path} ${text(usage)}"`, text(description), ...options.map(option)].join("\n");
}

function option({ flags, description }: OptionNode): string {
  return `.TP\n.B ${text(flags)}\n${text(description)}`;
}

function exitStatus(codes: string): string {
  const lines = [...codes.matchAll(/^\s*(\d+)\s+(.+)$/gm)];
  return lines.map(([, code = "", meaning = ""]) => `.TP\n.B ${code}\n${text(meaning)}`).join("\n");
}

/** A dash that is meant as one, and no line that a macro could begin. */
function text(of: string): string {
  return of
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`);
}
