import type { Deployment, Reason } from "@rollcall/contract";
import { choose, chooseAtOnce, type Dice } from "./choose.ts";
import type { Decision } from "./decision.ts";
import type { Table, Target, Unproven } from "./table.ts";

/** The gateway's own evidence against a deployment. Definite: never sent to. Suspect: only if nothing else is left. */
export interface Evidence {
  readonly definite: boolean;
  readonly reason: Reason;
}

export interface Situation {
  readonly table: Table;
  /** False where the news is stale and the config says to refuse. */
  readonly stateHolds: boolean;
  evidence(id: string): Evidence | null;
  readonly dice: Dice;
}

export interface Asked {
  /** The model name as the app sent it. */
  readonly name: string;
  /** Other names for this request, instead of the config's fallbacks. */
  readonly fallbacks?: readonly string[] | null;
  /** Deployments that failed this very request. */
  readonly tried: ReadonlySet<string>;
}

/** Which deployment gets the request, or why none does. Pure and total. */
export function decide({ name, fallbacks, tried }: Asked, situation: Situation): Decision {
  const { table, stateHolds } = situation;
  const target = table.targets.get(name);
  if (target === undefined) {
    const why = table.leftOut.get(name);
    return why === undefined ? { kind: "unknown_model" } : { kind: "left_out", why };
  }
  if (!stateHolds) return { kind: "state_refused" };
  const first = within(target, tried, situation);
  if (first.kind === "forward") return first;
  for (const fallback of fallbacks ?? target.fallbacks) {
    const other = table.targets.get(fallback);
    const decision = other === undefined ? first : within(other, tried, situation);
    if (decision.kind === "forward") return decision;
  }
  return first;
}

function within(target: Target, tried: ReadonlySet<string>, situation: Situation): Decision {
  const quick = leading(target.proven);
  const chosen =
    quick === null
      ? null
      : chooseAtOnce(quick, (one) => fitness(one, tried, situation) === "fresh", situation.dice);
  return chosen === null ? search(target, tried, situation) : { kind: "forward", deployment: chosen };
}

/** All that are proven, where they are of one `order`. */
function leading(proven: readonly Deployment[]): readonly [Deployment, ...Deployment[]] | null {
  const [first] = proven;
  if (first === undefined || proven.at(-1)?.order !== first.order) return null;
  return proven as readonly [Deployment, ...Deployment[]];
}

/** Spare: to be used only if nothing else is left. */
type Fitness = "fresh" | "spare" | "full" | "out";

function fitness({ id, maxParallel }: Deployment, tried: ReadonlySet<string>, situation: Situation): Fitness {
  const against = situation.evidence(id);
  if (against?.definite === true) return "out";
  if (maxParallel !== null && situation.dice.inFlight(id) >= maxParallel) return "full";
  return against !== null || tried.has(id) ? "spare" : "fresh";
}

/** Looks at every deployment of the alias. */
function search(target: Target, tried: ReadonlySet<string>, situation: Situation): Decision {
  const out: Unproven[] = [...target.unproven];
  const fresh: Deployment[] = [];
  const spare: Deployment[] = [];
  let full = 0;
  for (const deployment of target.proven) {
    const fit = fitness(deployment, tried, situation);
    if (fit === "fresh") fresh.push(deployment);
    else if (fit === "spare") spare.push(deployment);
    else if (fit === "full") full += 1;
    else out.push({ id: deployment.id, reason: situation.evidence(deployment.id)?.reason ?? "unknown" });
  }
  const candidates =
    lowestOrder(fresh) ?? lowestOrder(spare.filter(({ id }) => !tried.has(id))) ?? lowestOrder(spare);
  if (candidates !== null) return { kind: "forward", deployment: choose(candidates, situation.dice) };
  return full > 0
    ? { kind: "all_full", alias: target.alias }
    : { kind: "none_ready", alias: target.alias, out };
}

/** Those of the lowest `order`; the list is sorted by it. Null for an empty list. */
function lowestOrder(deployments: readonly Deployment[]): readonly [Deployment, ...Deployment[]] | null {
  const [first, ...rest] = deployments;
  return first === undefined ? null : [first, ...rest.filter(({ order }) => order === first.order)];
}
