import { withoutProvider, type Config, type Reason } from "@rollcall/contract";
import type { Candidate } from "./candidate.ts";
import { Lot } from "./lot.ts";
import { compareRank, firstRank } from "./rank.ts";

/** A deployment that nothing may be sent to, and why. */
export interface Unroutable {
  readonly id: string;
  readonly reason: Reason;
  /** While it loads: how long until it is ready, where that is known. Milliseconds. */
  readonly readyInMs?: number;
  /** As of a candidate, as last seen. */
  readonly lacks?: ReadonlySet<string>;
  /** As the config has them, where it has some. */
  readonly tags?: readonly string[];
}

/** What one name leads to. */
export interface Target {
  readonly alias: string;
  /** LiteLLM's mode of all its deployments; "" where they differ. */
  readonly mode: string;
  /** Ready and rightly named, as far as the prober knows; by rank. */
  readonly routable: readonly Candidate[];
  /** Those of the first rank, or null where nothing is routable. */
  readonly leading: Lot | null;
  readonly unroutable: readonly Unroutable[];
  /** Aliases to try when none of these can serve. */
  readonly fallbacks: readonly string[];
  /** Aliases to try when the prompt is too long for these. */
  readonly contextWindowFallbacks: readonly string[];
  /** Of a name that only a pattern has: the names by which apps can call what its servers list. Null otherwise. */
  readonly serves: readonly string[] | null;
}

/** What a target says of those that are routable. */
export function ranked(candidates: readonly Candidate[]): Pick<Target, "routable" | "leading"> {
  const routable = candidates.toSorted(compareRank);
  const first = firstRank(routable);
  return { routable, leading: first === null ? null : new Lot(first) };
}

/**
 * What stands in for a name. As in LiteLLM, a provider's prefix may be left out where it is said; for a name that only a
 * `pattern` has, what is said of the pattern counts last.
 */
export function standIns(
  name: string,
  config: Pick<Config, "fallbacks" | "contextWindowFallbacks" | "defaultFallbacks">,
  pattern = name,
): Pick<Target, "fallbacks" | "contextWindowFallbacks"> {
  const bare = withoutProvider(name) ?? name;
  const { fallbacks: said, contextWindowFallbacks: forContext } = config;
  const own = said.get(name) ?? said.get(bare) ?? said.get(pattern);
  const fallbacks = own ?? said.get("*") ?? config.defaultFallbacks;
  return {
    fallbacks: fallbacks.filter((other) => other !== name),
    contextWindowFallbacks: forContext.get(name) ?? forContext.get(bare) ?? forContext.get(pattern) ?? [],
  };
}
