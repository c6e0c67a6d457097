import type { TagFiltering } from "@rollcall/contract";
import type { Evidence } from "../health/ejection.ts";
import type { Candidate } from "./candidate.ts";
import { choose, chooseAtOnce, type LoadSignals } from "./choose.ts";
import { firstRank } from "./rank.ts";
import { byTags } from "./tags.ts";
import { findTarget, whyLeftOut, type RoutingTable } from "./table.ts";
import type { Target, Unroutable } from "./target.ts";

/** What is to be done with one request. Total: every request gets one of these. */
export type Decision =
  | { readonly kind: "forward"; readonly candidate: Candidate }
  /** The config does not have this name. */
  | { readonly kind: "unknown_model" }
  /** The config has it, but not as something that can be served here. */
  | { readonly kind: "left_out"; readonly why: string }
  /** A pattern has the name, and none of its servers lists it; by these names it can be called. */
  | { readonly kind: "not_served"; readonly serves: readonly string[] }
  /** No deployment of the alias is for the tags of the request. */
  | { readonly kind: "tags_refused" }
  /** Known, and no deployment is ready and rightly named. */
  | { readonly kind: "none_ready"; readonly alias: string; readonly out: readonly Unroutable[] }
  /** Whatever is ready or not: no deployment has the endpoint, nor those of `missing`. */
  | { readonly kind: "unsupported_endpoint"; readonly missing: ReadonlySet<string> }
  /** Ready, and every one has as many requests as `max_parallel_requests` allows. */
  | { readonly kind: "all_full"; readonly alias: string }
  /** The snapshot is stale and the config says to refuse then. */
  | { readonly kind: "state_refused" };

/** All that a decision depends on. */
export interface RoutingContext extends LoadSignals {
  readonly table: RoutingTable;
  /** False where the snapshot is stale and the config says to refuse. */
  readonly isSnapshotUsable: boolean;
  /** As the config says. */
  readonly tagFiltering?: TagFiltering | null;
  /** What requests have shown against it. Definite: never sent to. Else: only if nothing else is left. */
  evidence(candidate: Candidate): Evidence | null;
}

export interface Asked {
  /** The model name as the app sent it. */
  readonly name: string;
  /** The name of the endpoint that is called. */
  readonly endpoint: string;
  /** Other names for this request, instead of the config's fallbacks. */
  readonly fallbacks?: readonly string[] | null;
  /** Deployments that failed this very request. */
  readonly tried: ReadonlySet<string>;
  /** Its tags, where they choose. */
  readonly tags?: readonly string[] | null;
  /** The only deployment that can answer it, where there is one. */
  readonly only?: string | null;
}

/** Which deployment gets the request, or why none does. Pure and total. */
export function decide(asked: Asked, context: RoutingContext): Decision {
  const { name, fallbacks, only = null } = asked;
  const { table, isSnapshotUsable } = context;
  // Whoever made it has it under the pattern itself.
  const target = (only === null ? undefined : table.groups.get(name)) ?? findTarget(table, name);
  if (target === undefined) {
    const why = whyLeftOut(table, name);
    return why === undefined ? { kind: "unknown_model" } : { kind: "left_out", why };
  }
  if (!isSnapshotUsable) return { kind: "state_refused" };
  if (only !== null) return onlyBy(only, target, { asked, context });
  let refusal = within(target, asked, context);
  if (refusal.kind === "forward") return refusal;
  for (const fallback of fallbacks ?? target.fallbacks) {
    const other = findTarget(table, fallback);
    const decision: Decision = other === undefined ? refusal : within(other, asked, context);
    if (decision.kind === "forward") return decision;
    // One that has the endpoint may yet be ready.
    if (refusal.kind === "unsupported_endpoint" && decision.kind !== refusal.kind) refusal = decision;
  }
  return refusal;
}

function within(group: Target, asked: Asked, context: RoutingContext): Decision {
  const filtering = context.tagFiltering ?? null;
  const target = filtering === null ? group : byTags(group, asked.tags ?? [], filtering);
  if (target === null) return { kind: "tags_refused" };
  const { leading } = target;
  const chosen =
    leading === null
      ? null
      : chooseAtOnce(leading, (one) => fitness(one, asked, context) === "fresh", context);
  return chosen === null ? search(target, asked, context) : { kind: "forward", candidate: chosen };
}

/** No other deployment has what the request is about, so what others would do counts for nothing. */
function onlyBy(
  id: string,
  { alias, routable, unroutable }: Target,
  { asked, context }: { readonly asked: Asked; readonly context: RoutingContext },
): Decision {
  const candidate = routable.find((one) => one.id === id);
  if (candidate === undefined)
    return { kind: "none_ready", alias, out: unroutable.filter((one) => one.id === id) };
  const fit = fitness(candidate, asked, context);
  if (fit === "full") return { kind: "all_full", alias };
  if (fit === "lacking") return { kind: "unsupported_endpoint", missing: candidate.lacks ?? new Set() };
  if (fit !== "out") return { kind: "forward", candidate };
  const reason = context.evidence(candidate)?.reason ?? "unknown";
  return { kind: "none_ready", alias, out: [{ id, reason }] };
}

/** Spare: to be used only if nothing else is left. Lacking: its server does not have the endpoint. */
type Fitness = "fresh" | "spare" | "full" | "out" | "lacking";

function fitness(candidate: Candidate, { endpoint, tried }: Asked, context: RoutingContext): Fitness {
  const { lacks } = candidate;
  if (lacks !== null && lacks.has(endpoint)) return "lacking";
  const { maxParallel } = candidate.deployment;
  const against = context.evidence(candidate);
  if (against?.definite === true) return "out";
  if (maxParallel !== null && context.inFlight(candidate) >= maxParallel) return "full";
  return against !== null || tried.has(candidate.id) ? "spare" : "fresh";
}

/** Looks at every deployment of the alias. */
function search(target: Target, asked: Asked, context: RoutingContext): Decision {
  const { endpoint, tried } = asked;
  const out = target.unroutable.filter(({ lacks }) => lacks?.has(endpoint) !== true);
  const fresh: Candidate[] = [];
  const spare: Candidate[] = [];
  let full = 0;
  for (const candidate of target.routable) {
    const fit = fitness(candidate, asked, context);
    if (fit === "fresh") fresh.push(candidate);
    else if (fit === "spare") spare.push(candidate);
    else if (fit === "full") full += 1;
    else if (fit === "out")
      out.push({ id: candidate.id, reason: context.evidence(candidate)?.reason ?? "unknown" });
  }
  const candidates =
    firstRank(fresh) ?? firstRank(spare.filter(({ id }) => !tried.has(id))) ?? firstRank(spare);
  if (candidates !== null) return { kind: "forward", candidate: choose(candidates, context) };
  if (full > 0) return { kind: "all_full", alias: target.alias };
  if (target.serves !== null && target.routable.length + target.unroutable.length === 0)
    return { kind: "not_served", serves: target.serves };
  const all = [...target.routable, ...target.unroutable];
  return out.length === 0 && all.length > 0
    ? { kind: "unsupported_endpoint", missing: lackingEverywhere(all) }
    : { kind: "none_ready", alias: target.alias, out };
}

function lackingEverywhere(
  all: readonly { readonly lacks?: ReadonlySet<string> | null }[],
): ReadonlySet<string> {
  const [first, ...others] = all;
  return new Set([...(first?.lacks ?? [])].filter((name) => others.every(({ lacks }) => lacks?.has(name))));
}
