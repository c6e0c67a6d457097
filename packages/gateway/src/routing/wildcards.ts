import {
  aliasName,
  answersTo,
  isPattern,
  patternOf,
  upstreamName,
  type Config,
  type Deployment,
  type Verdict,
} from "@rollcall/contract";
import type { Candidate } from "./candidate.ts";
import { ranked, standIns, type Target, type Unroutable } from "./target.ts";

/** More names than are called by one pattern; those that are not kept are found anew. */
const MOST_KEPT = 1_000;

interface Joined {
  /** By alias. */
  readonly groups: ReadonlyMap<string, Target>;
  /** By deployment. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** Aliases that are patterns, and what the names that match them lead to: only to servers that list the name. */
export class Wildcards {
  readonly #config: Config;
  readonly #groups: Joined["groups"];
  readonly #verdicts: Joined["verdicts"];
  readonly #kept = new Map<string, Target>();
  /** By id and served name: what is known of a deployment elsewhere is known by the object. */
  readonly #named = new Map<string, Deployment>();
  /** Pattern → the names by which apps can call what its servers list. */
  readonly #served = new Map<string, readonly string[]>();

  constructor(config: Config, { groups, verdicts }: Joined) {
    this.#config = config;
    this.#groups = groups;
    this.#verdicts = verdicts;
  }

  /** The names of the config that are no patterns, and those that its patterns are known to have, in its order. */
  expand(): Map<string, Target> {
    const targets = new Map<string, Target>();
    for (const [alias, target] of this.#groups) if (!isPattern(alias)) targets.set(alias, target);
    for (const [pattern, deployments] of this.#config.aliases) {
      if (!isPattern(pattern)) continue;
      const names = deployments.flatMap(({ id, check, wildcard, expected }) => {
        const verdict = this.#verdicts.get(id);
        if (wildcard === null || verdict?.check !== check) return [];
        return verdict.found.flatMap((served) => aliasName(pattern, expected, served) ?? []);
      });
      const own = [...new Set(names)].filter((name) => this.#ownerOf(name) === pattern);
      this.#served.set(pattern, own.toSorted());
    }
    for (const names of this.#served.values())
      for (const name of names) {
        const target = this.find(name);
        if (target !== undefined && target.routable.length + target.unroutable.length > 0)
          targets.set(name, target);
      }
    return targets;
  }

  /** Undefined where no pattern has the name. */
  find(name: string): Target | undefined {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const pattern = this.#ownerOf(name);
    const group = pattern === undefined ? undefined : this.#groups.get(pattern);
    if (pattern === undefined || group === undefined) return undefined;
    const target = this.#narrow(group, pattern, name);
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(name, target);
    return target;
  }

  /** Why the pattern that has the name cannot be served. */
  whyLeftOut(name: string): string | undefined {
    const pattern = this.#ownerOf(name);
    return pattern === undefined || this.#groups.has(pattern) ? undefined : this.#config.skipped.get(pattern);
  }

  /** A name that is written in the config itself belongs to no pattern, whatever became of its entry. */
  #ownerOf(name: string): string | undefined {
    const { aliases, patterns, skipped } = this.#config;
    const isWritten = !isPattern(name) && (aliases.has(name) || skipped.has(name));
    return isWritten ? undefined : patternOf(name, patterns);
  }

  #narrow(group: Target, pattern: string, name: string): Target {
    return {
      ...group,
      ...ranked(group.routable.flatMap((candidate) => this.#rename(candidate, pattern, name) ?? [])),
      unroutable: group.unroutable.filter((one) => this.#mayServe(one, pattern, name)),
      ...standIns(name, this.#config, pattern),
      serves: this.#served.get(pattern) ?? [],
    };
  }

  /** The candidate under the name that its server knows; null where that lists none. */
  #rename(candidate: Candidate, pattern: string, name: string): Candidate | null {
    const { deployment, id, kind } = candidate;
    if (deployment.wildcard === null) return candidate;
    const expected = upstreamName(pattern, deployment.wildcard, name);
    const found = this.#verdicts.get(id)?.found ?? [];
    if (expected === null || !found.some((served) => answersTo(kind, expected, served))) return null;
    const key = JSON.stringify([id, expected]);
    const named = this.#named.get(key) ?? { ...deployment, expected };
    this.#named.set(key, named);
    return { ...candidate, deployment: named };
  }

  /** One whose names nobody has seen yet may have any; else what was seen last counts. */
  #mayServe({ id }: Unroutable, pattern: string, name: string): boolean {
    const deployment = this.#config.aliases.get(pattern)?.find((one) => one.id === id);
    if (deployment === undefined || deployment.wildcard === null) return true;
    const expected = upstreamName(pattern, deployment.wildcard, name);
    if (expected === null) return false;
    const { found = [], served } = this.#verdicts.get(id) ?? {};
    const kind = deployment.backend.kind ?? served?.kind ?? "generic";
    return found.length === 0 || found.some((one) => answersTo(kind, expected, one));
  }
}
