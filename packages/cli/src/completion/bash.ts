import { caseLines } from "./case-lines.ts";
import { allCommands, type CommandNode, type OptionNode } from "./command-tree.ts";

/** A completion script for bash 4 or newer, to be read by `source`. It starts no program: all it knows is in it. */
export function printBash(root: CommandNode): string {
  const all = allCommands(root);
  const name = root.name;
  return `# bash completion of ${name}: source <(${name} completion bash)
_${name}() {
  local at=${name} words= cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${alternatives(all.slice(1).map(({ path }) => path))}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${caseLines(all.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))))}  esac
  case "$at" in
${caseLines(all.map(wordsCase))}  esac
  if [[ $words == "" && $cur != -* ]]; then compopt -o default
  else COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}
complete -F _${name} ${name}
`;
}

function valueCase({ path }: CommandNode, { names, value }: OptionNode): readonly string[] {
  if (value === "none") return [];
  const pattern = alternatives(names.map((name) => `${path} ${name}`));
  if (value === "file") return [`${pattern}) compopt -o default; return ;;`];
  if (value === "other") return [`${pattern}) return ;;`];
  return [`${pattern}) COMPREPLY=($(compgen -W "${value.oneOf.join(" ")}" -- "$cur")); return ;;`];
}

/** Commands where a word is begun, options where a dash is. */
function wordsCase({ path, options, commands }: CommandNode): string {
  const dashed = options.flatMap(({ names }) => names).join(" ");
  const named = commands.map(({ name }) => name).join(" ");
  return `${JSON.stringify(path)}) if [[ $cur == -* ]]; then words="${dashed}"; else words="${named}"; fi ;;`;
}

function alternatives(patterns: readonly string[]): string {
  return patterns.map((pattern) => JSON.stringify(pattern)).join("|");
}
