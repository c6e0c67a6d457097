import type { Config } from "@rollcall/contract";

/** The alias that a name of apps stands for: `model_group_alias` gives some of them second names. */
export function aliasOf(name: string, config: Config): string {
  return config.aliases.has(name) ? name : (config.groupAliases.get(name)?.alias ?? name);
}
