import { caseLines } from "./case-lines.ts";
import { allCommands, type CommandNode, type OptionNode } from "./command-tree.ts";

/** A completion script for zsh, as a file `_rollcall` of `fpath` or to be read by `source`. It starts no program. */
export function printZsh(root: CommandNode): string {
  const all = allCommands(root);
  const name = root.name;
  const paths = all.slice(1).map(({ path }) => JSON.stringify(path));
  return `#compdef ${name}
# zsh completion of ${name}: source <(${name} completion zsh)
_${name}() {
  local at=${name} i
  local -a options commands
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      (${paths.join("|")}) at="$at $words[i]" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${caseLines(all.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))))}  esac
  case "$at" in
${caseLines(all.map(describeCase))}  esac
  if [[ $words[CURRENT] == -* ]]; then _describe option options -o
  elif (( $#commands )); then _describe command commands
  else _files; fi
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function valueCase({ path }: CommandNode, { names, value }: OptionNode): readonly string[] {
  if (value === "none") return [];
  const pattern = `(${names.map((name) => JSON.stringify(`${path} ${name}`)).join("|")})`;
  if (value === "file") return [`${pattern} _files; return ;;`];
  if (value === "other") return [`${pattern} _message value; return ;;`];
  return [`${pattern} compadd ${value.oneOf.join(" ")}; return ;;`];
}

function describeCase({ path, options, commands }: CommandNode): string {
  const dashed = options.flatMap(({ names, description }) => names.map((name) => entry(name, description)));
  const named = commands.map(({ name, description }) => entry(name, description));
  return `(${JSON.stringify(path)}) options=(${dashed.join(" ")}); commands=(${named.join(" ")}) ;;`;
}

/** `name:description`, in single quotes. */
function entry(name: string, description: string): string {
  return `'${name}:${description.replaceAll("'", String.raw`'\''`)}'`;
}
