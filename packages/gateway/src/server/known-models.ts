import type { Deployment, Snapshot, Verdict } from "@rollcall/contract";
import type { Permit } from "../pipeline/permit.ts";
import { findTarget } from "../routing/table.ts";
import type { RoutingState } from "../routing-state.ts";

/** A name that apps may send, with what config and prober know behind it. */
export interface KnownModel {
  readonly name: string;
  readonly deployments: readonly KnownDeployment[];
}

export interface KnownDeployment {
  readonly deployment: Deployment;
  /** Null where the prober has said nothing of it as the config has it now. */
  readonly verdict: Verdict | null;
  readonly isRoutable: boolean;
}

/** Looks names up as they are at one moment: the config's, and what the last snapshot says of them. */
export class KnownModels {
  readonly #state: RoutingState;
  readonly #permit: Permit | null;
  readonly #verdicts: ReadonlyMap<string, Verdict>;

  /** `permit`: what is left out for who asks; null: nothing. */
  constructor(state: RoutingState, snapshot: Snapshot | null, permit: Permit | null) {
    this.#state = state;
    this.#permit = permit;
    this.#verdicts = new Map(snapshot?.verdicts.map((verdict) => [verdict.deployment, verdict]));
  }

  /** Those that are listed, in the order of the config, ready or not. */
  listed(): readonly KnownModel[] {
    return this.#state.table.listed.flatMap((name) => this.find(name) ?? []);
  }

  /** By any name that apps may send, hidden ones too. */
  find(name: string): KnownModel | null {
    const { config, table } = this.#state;
    const target = findTarget(table, name);
    if (target === undefined || (this.#permit?.denies(name, target.alias) ?? null) !== null) return null;
    const routable = new Set(target.routable.map(({ id }) => id));
    const ids = new Set([...routable, ...target.unroutable.map(({ id }) => id)]);
    // A name that no server of its pattern lists is none.
    if (ids.size === 0) return null;
    const own = (config.aliases.get(target.alias) ?? []).filter(({ id }) => ids.has(id));
    const deployments = own.map((deployment) => {
      const verdict = this.#verdicts.get(deployment.id);
      const holds = verdict?.check === deployment.check;
      return { deployment, verdict: holds ? verdict : null, isRoutable: routable.has(deployment.id) };
    });
    return { name, deployments };
  }
}

/**
 * How many tokens a model takes: what the config says, else the least of its ready servers, else of those that were seen
 * last. Null where nobody tells.
 */
export function contextOf({ deployments }: KnownModel): number | null {
  const written = least(deployments.map(({ deployment }) => deployment.info.maxInputTokens));
  return written ?? servedContext(deployments);
}

/** The same as servers tell it, whatever the config says. */
export function servedContext(deployments: KnownModel["deployments"]): number | null {
  const told = (some: KnownModel["deployments"]) =>
    least(some.map(({ verdict }) => verdict?.served?.maxModelLen));
  return told(deployments.filter(({ isRoutable }) => isRoutable)) ?? told(deployments);
}

/** How many tokens an answer may have, under LiteLLM's two names. Null where the config does not say. */
export function outputLimits({ deployments }: KnownModel): {
  readonly max_tokens: number | null;
  readonly max_output_tokens: number | null;
} {
  const infos = deployments.map(({ deployment }) => deployment.info);
  return {
    max_tokens: least(infos.map(({ maxTokens, maxOutputTokens }) => maxTokens ?? maxOutputTokens)),
    max_output_tokens: least(infos.map(({ maxOutputTokens }) => maxOutputTokens)),
  };
}

export function least(counts: readonly (number | null | undefined)[]): number | null {
  const known = counts.filter((count) => typeof count === "number");
  return known.length === 0 ? null : Math.min(...known);
}
