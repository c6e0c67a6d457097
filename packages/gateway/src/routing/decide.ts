import type { TagFiltering } from "@rollcall/contract";
import type { Evidence } from "../health/ejection.ts";
import type { Candidate } from "./candidate.ts";
import { choose, chooseAtOnce, type LoadSignals } from "./choose.ts";
import { NOBODY, type PassedOver } from "./passed-over.ts";
import { firstRank } from "./rank.ts";
import { byTags } from "./tags.ts";
import { findTarget, whyLeftOut, type RoutingTable } from "./table.ts";
import type { Target, Unroutable } from "./target.ts";

/** What is to be done with one request. Total: every request gets one of these. */
export type Decision =
  | {
      readonly kind: "forward";
      readonly candidate: Candidate;
      /** Those of its alias, and of one that it stands in for, that could not be taken. */
      readonly passedOver: readonly PassedOver[];
    }
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
    if (decision.kind === "forward") return standingIn(decision, refusal);
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
  const decision =
    chosen === null
      ? search(target, asked, context)
      : ({ kind: "forward", candidate: chosen, passedOver: setAside(target) } as const);
  return target === group ? decision : withoutTags(decision, group, target);
}

type Forward = Extract<Decision, { kind: "forward" }>;

/** With those of the alias that it stands in for. */
function standingIn(decision: Forward, refusal: Decision): Forward {
  if (refusal.kind !== "none_ready") return decision;
  const { out } = refusal;
  return {
    ...decision,
    passedOver: [...out.map(({ id, reason: why }) => ({ id, why })), ...decision.passedOver],
  };
}

/** With those that are for other tags. */
function withoutTags(decision: Decision, group: Target, { routable, unroutable }: Target): Decision {
  if (decision.kind !== "forward") return decision;
  const left = new Set([...routable, ...unroutable].map(({ id }) => id));
  const others = [...group.routable, ...group.unroutable].filter(({ id }) => !left.has(id));
  return {
    ...decision,
    passedOver: [...others.map(({ id }) => ({ id, why: "tags" }) as const), ...decision.passedOver],
  };
}

const ASIDE = new WeakMap<Target, readonly PassedOver[]>();

/** Those of a target that nothing is sent to while all is as it says: found once for each. */
function setAside(target: Target): readonly PassedOver[] {
  const { leading, routable, unroutable } = target;
  if (unroutable.length === 0 && routable.length === leading?.candidates.length) return NOBODY;
  let aside = ASIDE.get(target);
  if (aside === undefined) {
    const first = new Set(leading?.candidates);
    const later = routable.filter((one) => !first.has(one)).map(({ id }) => ({ id, why: "order" }) as const);
    aside = [...unroutable.map(({ id, reason: why }) => ({ id, why })), ...later];
    ASIDE.set(target, aside);
  }
  return aside;
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
  if (fit !== "out") return { kind: "forward", candidate, passedOver: NOBODY };
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
  const others: Unfit[] = [];
  let full = 0;
  for (const candidate of target.routable) {
    const fit = fitness(candidate, asked, context);
    if (fit === "fresh") fresh.push(candidate);
    else others.push({ candidate, fit });
    if (fit === "spare") spare.push(candidate);
    else if (fit === "full") full += 1;
    else if (fit === "out")
      out.push({ id: candidate.id, reason: context.evidence(candidate)?.reason ?? "unknown" });
  }
  const candidates =
    firstRank(fresh) ?? firstRank(spare.filter(({ id }) => !tried.has(id))) ?? firstRank(spare);
  if (candidates !== null) {
    const candidate = choose(candidates, context);
    const left = others.length === 0 ? null : whyNot(others, { candidates, asked, context });
    return { kind: "forward", candidate, passedOver: passOver(target, { fresh, candidates, left }) };
  }
  if (full > 0) return { kind: "all_full", alias: target.alias };
  if (target.serves !== null && target.routable.length + target.unroutable.length === 0)
    return { kind: "not_served", serves: target.serves };
  const all = [...target.routable, ...target.unroutable];
  return out.length === 0 && all.length > 0
    ? { kind: "unsupported_endpoint", missing: lackingEverywhere(all) }
    : { kind: "none_ready", alias: target.alias, out };
}

/** One that is not taken while there is a better one. */
interface Unfit {
  readonly candidate: Candidate;
  readonly fit: Exclude<Fitness, "fresh">;
}

interface Choosing {
  /** Those that were chosen from. */
  readonly candidates: readonly Candidate[];
  readonly asked: Asked;
  readonly context: RoutingContext;
}

function whyNot(others: readonly Unfit[], { candidates, asked, context }: Choosing): readonly PassedOver[] {
  const chosenFrom = new Set(candidates);
  return others
    .filter(({ candidate }) => !chosenFrom.has(candidate))
    .map(({ candidate, fit }) => {
      const { id } = candidate;
      if (fit === "full") return { id, why: fit };
      if (fit === "lacking") return { id, why: "lacks_endpoint" };
      if (fit === "spare" && asked.tried.has(id)) return { id, why: "tried" };
      return { id, why: context.evidence(candidate)?.reason ?? "unknown" };
    });
}

interface Chosen extends Pick<Choosing, "candidates"> {
  readonly fresh: readonly Candidate[];
  /** Why those that are fit for less were not taken; null where there are none. */
  readonly left: readonly PassedOver[] | null;
}

function passOver(target: Target, { fresh, candidates, left }: Chosen): readonly PassedOver[] {
  if (left === null) return setAside(target);
  const unroutable = target.unroutable.map(({ id, reason: why }) => ({ id, why }));
  if (fresh.length <= candidates.length) return [...unroutable, ...left];
  const chosenFrom = new Set(candidates);
  const later = fresh.filter((one) => !chosenFrom.has(one)).map(({ id }) => ({ id, why: "order" }) as const);
  return [...unroutable, ...left, ...later];
}

function lackingEverywhere(
  all: readonly { readonly lacks?: ReadonlySet<string> | null }[],
): ReadonlySet<string> {
  const [first, ...others] = all;
  return new Set([...(first?.lacks ?? [])].filter((name) => others.every(({ lacks }) => lacks?.has(name))));
}
