import type { Evidence } from "../health/ejection.ts";
import type { Candidate } from "./candidate.ts";
import { choose, chooseAtOnce, type LoadSignals } from "./choose.ts";
import { firstRank } from "./rank.ts";
import type { RoutingTable, Target, Unroutable } from "./table.ts";

/** What is to be done with one request. Total: every request gets one of these. */
export type Decision =
  | { readonly kind: "forward"; readonly candidate: Candidate }
  /** The config does not have this name. */
  | { readonly kind: "unknown_model" }
  /** The config has it, but not as something that can be served here. */
  | { readonly kind: "left_out"; readonly why: string }
  /** Known, and no deployment is ready and rightly named. */
  | { readonly kind: "none_ready"; readonly alias: string; readonly out: readonly Unroutable[] }
  /** Ready, and every one has as many requests as `max_parallel_requests` allows. */
  | { readonly kind: "all_full"; readonly alias: string }
  /** The snapshot is stale and the config says to refuse then. */
  | { readonly kind: "state_refused" };

/** All that a decision depends on. */
export interface RoutingContext extends LoadSignals {
  readonly table: RoutingTable;
  /** False where the snapshot is stale and the config says to refuse. */
  readonly isSnapshotUsable: boolean;
  /** What requests have shown against it. Definite: never sent to. Else: only if nothing else is left. */
  evidence(candidate: Candidate): Evidence | null;
}

export interface Asked {
  /** The model name as the app sent it. */
  readonly name: string;
  /** Other names for this request, instead of the config's fallbacks. */
  readonly fallbacks?: readonly string[] | null;
  /** Deployments that failed this very request. */
  readonly tried: ReadonlySet<string>;
  /** The only deployment that can answer it, where there is one. */
  readonly only?: string | null;
}

/** Which deployment gets the request, or why none does. Pure and total. */
export function decide({ name, fallbacks, tried, only = null }: Asked, context: RoutingContext): Decision {
  const { table, isSnapshotUsable } = context;
  const target = table.targets.get(name);
  if (target === undefined) {
    const why = table.leftOut.get(name);
    return why === undefined ? { kind: "unknown_model" } : { kind: "left_out", why };
  }
  if (!isSnapshotUsable) return { kind: "state_refused" };
  if (only !== null) return onlyBy(only, target, context);
  const first = within(target, tried, context);
  if (first.kind === "forward") return first;
  for (const fallback of fallbacks ?? target.fallbacks) {
    const other = table.targets.get(fallback);
    const decision = other === undefined ? first : within(other, tried, context);
    if (decision.kind === "forward") return decision;
  }
  return first;
}

function within(target: Target, tried: ReadonlySet<string>, context: RoutingContext): Decision {
  const { leading } = target;
  const chosen =
    leading === null
      ? null
      : chooseAtOnce(leading, (one) => fitness(one, tried, context) === "fresh", context);
  return chosen === null ? search(target, tried, context) : { kind: "forward", candidate: chosen };
}

/** No other deployment has what the request is about, so what others would do counts for nothing. */
function onlyBy(id: string, { alias, routable, unroutable }: Target, context: RoutingContext): Decision {
  const candidate = routable.find((one) => one.id === id);
  if (candidate === undefined)
    return { kind: "none_ready", alias, out: unroutable.filter((one) => one.id === id) };
  const fit = fitness(candidate, NOTHING_TRIED, context);
  if (fit === "full") return { kind: "all_full", alias };
  if (fit !== "out") return { kind: "forward", candidate };
  const reason = context.evidence(candidate)?.reason ?? "unknown";
  return { kind: "none_ready", alias, out: [{ id, reason }] };
}

const NOTHING_TRIED: ReadonlySet<string> = new Set();

/** Spare: to be used only if nothing else is left. */
type Fitness = "fresh" | "spare" | "full" | "out";

function fitness(candidate: Candidate, tried: ReadonlySet<string>, context: RoutingContext): Fitness {
  const { maxParallel } = candidate.deployment;
  const against = context.evidence(candidate);
  if (against?.definite === true) return "out";
  if (maxParallel !== null && context.inFlight(candidate) >= maxParallel) return "full";
  return against !== null || tried.has(candidate.id) ? "spare" : "fresh";
}

/** Looks at every deployment of the alias. */
function search(target: Target, tried: ReadonlySet<string>, context: RoutingContext): Decision {
  const out: Unroutable[] = [...target.unroutable];
  const fresh: Candidate[] = [];
  const spare: Candidate[] = [];
  let full = 0;
  for (const candidate of target.routable) {
    const fit = fitness(candidate, tried, context);
    if (fit === "fresh") fresh.push(candidate);
    else if (fit === "spare") spare.push(candidate);
    else if (fit === "full") full += 1;
    else out.push({ id: candidate.id, reason: context.evidence(candidate)?.reason ?? "unknown" });
  }
  const candidates =
    firstRank(fresh) ?? firstRank(spare.filter(({ id }) => !tried.has(id))) ?? firstRank(spare);
  if (candidates !== null) return { kind: "forward", candidate: choose(candidates, context) };
  return full > 0
    ? { kind: "all_full", alias: target.alias }
    : { kind: "none_ready", alias: target.alias, out };
}
