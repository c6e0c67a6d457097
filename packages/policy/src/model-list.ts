import { isWildcard, matchesWildcard } from "./wildcard.ts";

/** LiteLLM's words in lists of models. */
export const ALL_PROXY_MODELS = "all-proxy-models";
export const ALL_TEAM_MODELS = "all-team-models";
export const NO_DEFAULT_MODELS = "no-default-models";
const WORDS = new Set([ALL_PROXY_MODELS, ALL_TEAM_MODELS, NO_DEFAULT_MODELS]);

/** The access groups (`model_info.access_groups`) that an alias is in. */
export type GroupsOf = (alias: string) => readonly string[];

/** A list of models, read once. */
interface ModelList {
  readonly isAll: boolean;
  readonly names: ReadonlySet<string>;
  readonly patterns: readonly string[];
}

/** Records are replaced, never changed: a list is read once, however many keys of a team ask. */
const read = new WeakMap<readonly string[], ModelList>();

/** Does the list name the alias: itself, by a pattern, by one of its groups, or all? Words that mean nothing here name nothing. */
export function names(models: readonly string[], alias: string, groupsOf: GroupsOf): boolean {
  const list = listOf(models);
  return (
    list.isAll ||
    list.names.has(alias) ||
    list.patterns.some((pattern) => matchesWildcard(pattern, alias)) ||
    (list.names.size > 0 && groupsOf(alias).some((group) => list.names.has(group)))
  );
}

function listOf(models: readonly string[]): ModelList {
  let list = read.get(models);
  if (list === undefined) {
    list = {
      isAll: models.includes(ALL_PROXY_MODELS) || models.includes("*"),
      names: new Set(models.filter((model) => !isWildcard(model) && !WORDS.has(model))),
      patterns: models.filter(isWildcard),
    };
    read.set(models, list);
  }
  return list;
}
