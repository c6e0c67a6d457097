import { NO_LIMITS, type Config, type ScopeLimits } from "@rollcall/contract";
import {
  aliasFor,
  DemandTable,
  granteesOf,
  mayUseRoute,
  modelDenierOf,
  type Demand,
  type Grantees,
  type Route,
} from "@rollcall/policy";
import type { ModelOwner } from "../errors/gateway-error.ts";
import type { KeyEntry } from "./key-entry.ts";

/** More names than any config has; what apps send beyond them is not kept. */
const MOST_KEPT = 1_000;

/** Where the config has no limits for all keys together. */
const NONE_SHARED: ScopeLimits = { ...NO_LIMITS, models: {} };

/** The groups of what the gateway answers of models: every kind of key may read it. */
const INFO_GROUPS = ["info_routes", "llm_api_routes", "openai_routes", "management_routes"] as const;

/** What a key may do by the records of one moment: its own, and those of its team, user and member. */
export class GrantRules {
  readonly #config: Config;
  readonly #records: readonly unknown[];
  readonly #grantees: Grantees;
  readonly #denied = new Map<string, ModelOwner | null>();
  readonly #demands: DemandTable;
  readonly #routes = new Map<Route, boolean>();

  constructor(entry: KeyEntry, config: Config) {
    this.#config = config;
    this.#records = [entry.team?.record, entry.user?.record, entry.member?.record];
    this.#grantees = granteesIn(entry);
    // LiteLLM's: a key of a team is counted to its team alone.
    const isTeams = entry.record.team !== null && !config.keys.userBudgetOnTeamKeys;
    const counted = isTeams ? { ...this.#grantees, user: null } : this.#grantees;
    this.#demands = new DemandTable(counted, config.keys.limits ?? NONE_SHARED);
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

  /** The key's own limit, for its headers. */
  get rpm(): number | null {
    return this.#grantees.key.limits.rpm;
  }

  /** The name that the key, or its team, has another one for. */
  meant(name: string): string {
    return aliasFor(this.#grantees, name);
  }

  /** Whose list leaves the model out; null where it may be called. `alias`: what the name means, "" for nothing. */
  denies(name: string, alias: string): ModelOwner | null {
    const known = this.#denied.get(name);
    if (known !== undefined) return known;
    const denied = this.#denier(alias === "" ? name : alias) ?? null;
    // A name of the config may be listed in place of what it means.
    const found = denied === null || name === alias ? denied : this.#denier(name);
    if (this.#denied.size < MOST_KEPT) this.#denied.set(name, found);
    return found;
  }

  mayCall(route: Route): boolean {
    const known = this.#routes.get(route);
    if (known !== undefined) return known;
    const may = mayUseRoute(this.#grantees.key, route);
    this.#routes.set(route, may);
    return may;
  }

  /** May the key read what the gateway knows of models at that path? */
  mayRead(path: string): boolean {
    return mayUseRoute(this.#grantees.key, { paths: [path], groups: INFO_GROUPS });
  }

  /** May another alias have limits that this one has not? */
  get isLimitedByModel(): boolean {
    return this.#demands.isByModel;
  }

  /** Every scope that has a limit for requests to an alias of the config. */
  demands(alias: string): readonly Demand[] {
    return this.#demands.of(alias);
  }

  #denier(name: string): ModelOwner | null {
    const denier = modelDenierOf(this.#grantees, name, (alias) => groupsOf(alias, this.#config));
    return denier === "member" ? "team" : denier;
  }
}

function granteesIn({ record, team, user, member }: KeyEntry): Grantees {
  const found = granteesOf(record, {
    team: () => team?.record ?? undefined,
    user: () => user?.record ?? undefined,
    member: () => member?.record ?? undefined,
  });
  // A key whose team is gone is refused before anybody asks what it may do.
  if (found === null) throw new Error("the key's team is gone");
  return found;
}

function groupsOf(alias: string, { aliases }: Config): readonly string[] {
  return (aliases.get(alias) ?? []).flatMap(({ info }) => info.accessGroups);
}
