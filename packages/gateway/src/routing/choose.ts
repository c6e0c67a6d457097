import type { Deployment, Strategy } from "@rollcall/contract";
import { rankByAffinity } from "./affinity.ts";

type Candidates = readonly [Deployment, ...Deployment[]];

/** What a choice is made by, beside the candidates. */
export interface Dice {
  readonly strategy: Strategy;
  /** 0 ≤ x < 1 */
  random(): number;
  /** Requests under way on a deployment. */
  inFlight(id: string): number;
  /** 0 < x ≤ 1: less than one for a moment after it came back, so that it is not met by everything at once. */
  warmth(id: string): number;
  /** Smoothed time to first byte in milliseconds, or null where none was seen. */
  latency(id: string): number | null;
  /** Requests sent to it within the last minute. */
  recent(id: string): number;
  /** A hash of the conversation's beginning. */
  prefix(): number;
}

/** Picks one of the candidates. */
export function choose(candidates: Candidates, dice: Dice): Deployment {
  if (candidates.length === 1) return candidates[0];
  switch (dice.strategy) {
    case "simple-shuffle":
      return weighted(candidates, dice);
    case "least-busy":
      return lowest(candidates, (candidate) => load(candidate, dice));
    case "latency-based-routing":
      return fastest(candidates, dice);
    case "usage-based-routing-v2":
      return lowest(candidates, ({ id, weight }) => dice.recent(id) / Math.max(weight, Number.MIN_VALUE));
    case "prefix-affinity":
      return rankByAffinity(candidates, dice.prefix(), (id) => dice.inFlight(id));
    case "two-choices":
      return twoChoices(candidates, dice);
    default:
      return dice.strategy satisfies never;
  }
}

/**
 * Peak EWMA: a fast replica with a queue is not fast. One that nobody has measured is measured first, but by one request:
 * until that has answered it counts as the slowest, or a hung one would draw all.
 */
function fastest(candidates: Candidates, dice: Dice): Deployment {
  const slowest = Math.max(1, ...candidates.map(({ id }) => dice.latency(id) ?? 0));
  return lowest(candidates, (candidate) => {
    const latency = dice.latency(candidate.id);
    if (latency === null && dice.inFlight(candidate.id) === 0) return 0;
    return (latency ?? slowest) * load(candidate, dice);
  });
}

/** Two at random, the less busy of them: near the best choice without the herd that "the least busy" draws. */
function twoChoices(candidates: Candidates, dice: Dice): Deployment {
  const [a, b] = drawTwo(candidates, dice);
  return lessBusy(a, b, dice);
}

/**
 * The same choice where most of many are fit: only the two that are drawn are looked at. Null where one of them is not
 * fit, or the strategy has to see all; then the candidates have to be sought out first.
 */
export function chooseAtOnce(
  all: Candidates,
  isFit: (candidate: Deployment) => boolean,
  dice: Dice,
): Deployment | null {
  if (all.length === 1) return isFit(all[0]) ? all[0] : null;
  if (dice.strategy !== "two-choices") return null;
  const [a, b] = drawTwo(all, dice);
  return isFit(a) && isFit(b) ? lessBusy(a, b, dice) : null;
}

function drawTwo(candidates: Candidates, dice: Dice): [Deployment, Deployment] {
  const first = Math.floor(dice.random() * candidates.length);
  const other = (first + 1 + Math.floor(dice.random() * (candidates.length - 1))) % candidates.length;
  return [candidates[first] ?? candidates[0], candidates[other] ?? candidates[0]];
}

function lessBusy(a: Deployment, b: Deployment, dice: Dice): Deployment {
  return load(b, dice) < load(a, dice) ? b : a;
}

/**
 * What it would carry with this request. One that just came back counts as busier than it is, most of the time: always
 * would mean never, where nothing else is busy either.
 */
function load({ id }: Deployment, dice: Dice): number {
  const warm = dice.warmth(id);
  const counted = warm === 1 || dice.random() < warm ? 1 : warm;
  return (dice.inFlight(id) + 1) / counted;
}

function lowest(candidates: Candidates, score: (candidate: Deployment) => number): Deployment {
  let [best] = candidates;
  let least = score(best);
  for (const candidate of candidates.slice(1)) {
    const other = score(candidate);
    if (other >= least) continue;
    best = candidate;
    least = other;
  }
  return best;
}

/** LiteLLM's simple-shuffle: by `weight`, else `rpm`, else `tpm`. */
function weighted(candidates: Candidates, dice: Dice): Deployment {
  const share = ({ id, weight }: Deployment) => weight * dice.warmth(id);
  const total = candidates.reduce((sum, candidate) => sum + share(candidate), 0);
  let left = dice.random() * total;
  for (const candidate of candidates) {
    left -= share(candidate);
    if (left < 0) return candidate;
  }
  return candidates[Math.floor(dice.random() * candidates.length)] ?? candidates[0];
}
