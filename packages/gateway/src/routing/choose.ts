import type { Deployment, Strategy } from "@rollcall/contract";

export interface Dice {
  readonly strategy: Strategy;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Requests under way on a deployment. */
  readonly inFlight: (id: string) => number;
}

/** Picks one of the candidates, of which there is at least one. */
export function choose(candidates: readonly [Deployment, ...Deployment[]], dice: Dice): Deployment {
  if (candidates.length === 1) return candidates[0];
  switch (dice.strategy) {
    case "simple-shuffle":
      return weighted(candidates, dice.random);
    case "least-busy":
      return leastBusy(candidates, dice.inFlight);
    case "two-choices":
      return twoChoices(candidates, dice);
    default:
      return dice.strategy satisfies never;
  }
}

/** Two at random, the less busy of them: near the best choice without the herd that "the least busy" draws. */
function twoChoices(
  candidates: readonly [Deployment, ...Deployment[]],
  { random, inFlight }: Dice,
): Deployment {
  const first = Math.floor(random() * candidates.length);
  const other = (first + 1 + Math.floor(random() * (candidates.length - 1))) % candidates.length;
  const a = candidates[first] ?? candidates[0];
  const b = candidates[other] ?? candidates[0];
  return inFlight(b.id) < inFlight(a.id) ? b : a;
}

function leastBusy(
  candidates: readonly [Deployment, ...Deployment[]],
  inFlight: Dice["inFlight"],
): Deployment {
  return candidates.reduce((best, candidate) =>
    inFlight(candidate.id) < inFlight(best.id) ? candidate : best,
  );
}

/** LiteLLM's simple-shuffle: by `weight`, else `rpm`, else `tpm`. */
function weighted(candidates: readonly [Deployment, ...Deployment[]], random: () => number): Deployment {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  for (const candidate of candidates) {
    left -= candidate.weight;
    if (left < 0) return candidate;
  }
  return candidates[Math.floor(random() * candidates.length)] ?? candidates[0];
}
