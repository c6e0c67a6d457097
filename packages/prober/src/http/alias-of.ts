import { patternOf, type Config } from "@rollcall/contract";

/** The alias that a name of apps stands for: `model_group_alias` gives some of them second names, a wildcard has many. */
export function aliasOf(name: string, { aliases, groupAliases, patterns }: Config): string {
  const alias = aliases.has(name) ? name : (groupAliases.get(name)?.alias ?? name);
  return aliases.has(alias) ? alias : (patternOf(alias, patterns) ?? alias);
}
