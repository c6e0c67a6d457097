import type { Deployment, Reason } from "@rollcall/contract";
import { choose, type Dice } from "./choose.ts";
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
  readonly evidence: (id: string) => Evidence | null;
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

function within(target: Target, tried: ReadonlySet<string>, { evidence, dice }: Situation): Decision {
  const out: Unproven[] = [...target.unproven];
  const fresh: Deployment[] = [];
  const spare: Deployment[] = [];
  let full = 0;
  for (const deployment of target.proven) {
    const against = evidence(deployment.id);
    if (against?.definite === true) out.push({ id: deployment.id, reason: against.reason });
    else if (deployment.maxParallel !== null && dice.inFlight(deployment.id) >= deployment.maxParallel)
      full += 1;
    else if (against !== null || tried.has(deployment.id)) spare.push(deployment);
    else fresh.push(deployment);
  }
  const candidates =
    lowestOrder(fresh) ?? lowestOrder(spare.filter(({ id }) => !tried.has(id))) ?? lowestOrder(spare);
  if (candidates !== null) return { kind: "forward", deployment: choose(candidates, dice) };
  return full > 0
    ? { kind: "all_full", alias: target.alias }
    : { kind: "none_ready", alias: target.alias, out };
}

/** Those of the lowest `order`; the list is sorted by it. Null for an empty list. */
function lowestOrder(deployments: readonly Deployment[]): readonly [Deployment, ...Deployment[]] | null {
  const [first, ...rest] = deployments;
  return first === undefined ? null : [first, ...rest.filter(({ order }) => order === first.order)];
}
