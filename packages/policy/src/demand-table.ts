import type { ScopeLimits } from "@rollcall/contract";
import { demandsOf, type Demand } from "./demand.ts";
import type { Grantees } from "./grantees.ts";

/** The demands of one key, made once for each alias. To be asked for aliases of the config alone: their number is its size. */
export class DemandTable {
  readonly #grantees: Grantees;
  readonly #shared: ScopeLimits;
  #ofAlias: Map<string, readonly Demand[]> | null = null;

  constructor(grantees: Grantees, shared: ScopeLimits) {
    this.#grantees = grantees;
    this.#shared = shared;
  }

  /** Has one model a limit that another has not? */
  get isByModel(): boolean {
    const { key, team, user, member } = this.#grantees;
    const all = [this.#shared, key.limits, team?.limits, user?.limits, member?.limits];
    return all.some((one) => Object.keys(one?.models ?? {}).length > 0);
  }

  of(alias: string): readonly Demand[] {
    this.#ofAlias ??= new Map();
    let demands = this.#ofAlias.get(alias);
    if (demands === undefined) {
      demands = demandsOf(this.#grantees, alias, this.#shared);
      this.#ofAlias.set(alias, demands);
    }
    return demands;
  }
}
