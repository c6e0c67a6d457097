import { NO_LIMITS, type Config, type Limits, type ScopeLimits } from "@rollcall/contract";
import type { ModelOwner } from "../errors/gateway-error.ts";
import { INFO_GROUPS, mayCall, type CalledRoute } from "./allowed-routes.ts";
import type { KeyEntry } from "./key-entry.ts";
import type { Demand } from "@rollcall/policy";
import { ModelList, type NamedModel } from "./model-list.ts";

/** More names than any key has; what apps send beyond them is not kept. */
const MOST_KEPT = 1_000;

const NO_GROUPS: ReadonlySet<string> = new Set();

/** LiteLLM's: a user without it has no keys but those of teams. */
const TEAM_KEYS_ALONE = "no-default-models";

/** What a key may do, of its own records and those of its team, user and member. */
export class GrantRules {
  readonly #config: Config;
  readonly #records: readonly unknown[];
  readonly #entry: KeyEntry;
  readonly #lists: readonly (readonly [ModelOwner, ModelList])[];
  readonly #denied = new Map<string, ModelOwner | null>();
  readonly #demands = new Map<string, readonly Demand[]>();
  readonly #routes = new Map<CalledRoute, boolean>();

  constructor(entry: KeyEntry, config: Config) {
    this.#config = config;
    this.#entry = entry;
    this.#records = recordsOf(entry);
    this.#lists = listsOf(entry);
  }

  /** Do they still hold? */
  isOf(entry: KeyEntry, config: Config): boolean {
    const [team, user, member] = this.#records;
    return (
      config === this.#config &&
      team === entry.team?.record &&
      user === entry.user?.record &&
      member === entry.member?.record
    );
  }

  /** The name that the key has another one for. */
  meant(name: string): string {
    const { record, team } = this.#entry;
    return own(record.aliases, name) ?? own(team?.record?.aliases ?? {}, name) ?? name;
  }

  /** Whose list leaves the model out; null where it may be called. `alias`: what the name means, "" for nothing. */
  denies(name: string, alias: string): ModelOwner | null {
    const known = this.#denied.get(name);
    if (known !== undefined) return known;
    const model: NamedModel = { name, alias, groups: groupsOf(alias, this.#config) };
    const denied = this.#lists.find(([, list]) => !list.allows(model))?.[0] ?? null;
    if (this.#denied.size < MOST_KEPT) this.#denied.set(name, denied);
    return denied;
  }

  mayCall(called: CalledRoute): boolean {
    const known = this.#routes.get(called);
    if (known !== undefined) return known;
    const may = mayCall(this.#entry.record, called);
    this.#routes.set(called, may);
    return may;
  }

  /** May the key read what the gateway knows of models at that path? */
  mayRead(path: string): boolean {
    return mayCall(this.#entry.record, { paths: [path], groups: INFO_GROUPS });
  }

  /** Every scope that has a limit for requests to the alias. */
  demands(alias: string): readonly Demand[] {
    let demands = this.#demands.get(alias);
    if (demands === undefined) {
      demands = demandsOf(this.#entry, alias, this.#config);
      if (this.#demands.size < MOST_KEPT) this.#demands.set(alias, demands);
    }
    return demands;
  }
}

function recordsOf({ team, user, member }: KeyEntry): readonly unknown[] {
  return [team?.record, user?.record, member?.record];
}

function listsOf({ record, team, user, member }: KeyEntry): readonly (readonly [ModelOwner, ModelList])[] {
  const ofUser = user?.record?.models ?? [];
  const isOwn = team === null;
  const usersOwn = isOwn ? ofUser : ofUser.filter((one) => one !== TEAM_KEYS_ALONE);
  return [
    ["key", new ModelList(record.models)],
    ["team", new ModelList(member?.record?.models ?? [])],
    ["team", new ModelList(team?.record?.models ?? [])],
    ["user", new ModelList(usersOwn)],
  ];
}

function groupsOf(alias: string, { aliases }: Config): ReadonlySet<string> {
  const groups = (aliases.get(alias) ?? []).flatMap(({ info }) => info.accessGroups);
  return groups.length === 0 ? NO_GROUPS : new Set(groups);
}

function own(aliases: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}

function demandsOf(
  { record, team, user, member }: KeyEntry,
  alias: string,
  { keys }: Config,
): readonly Demand[] {
  const demands: Demand[] = [];
  const add = (scope: string, limits: ScopeLimits | undefined, instead: Limits = NO_LIMITS) => {
    addDemand(demands, scope, isLimited(limits) ? limits : instead);
    const ofModel =
      limits === undefined || !Object.hasOwn(limits.models, alias) ? NO_LIMITS : limits.models[alias];
    addDemand(demands, `${scope}/model:${alias}`, ofModel ?? NO_LIMITS);
  };
  add(`key:${record.id}`, record.limits);
  if (record.team !== null) {
    if (record.user !== null)
      add(
        `member:${encodeURIComponent(record.team)}/${encodeURIComponent(record.user)}`,
        member?.record?.limits,
        team?.record?.memberLimits,
      );
    add(`team:${record.team}`, team?.record?.limits);
  }
  if (record.user !== null && (record.team === null || keys.userBudgetOnTeamKeys))
    add(`user:${record.user}`, user?.record?.limits);
  return demands;
}

function isLimited(limits: Limits | undefined): limits is Limits {
  return limits !== undefined && (limits.rpm !== null || limits.parallel !== null);
}

function addDemand(demands: Demand[], scope: string, { rpm, parallel }: Limits): void {
  if (rpm !== null || parallel !== null) demands.push({ scope, limits: { rpm, parallel } });
}
