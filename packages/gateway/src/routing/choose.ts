import type { Strategy } from "@rollcall/contract";
import { rankByAffinity } from "./affinity.ts";
import type { Candidate, Candidates } from "./candidate.ts";
import { Lot, weightOf } from "./lot.ts";

/** What a choice is made by, beside the candidates. */
export interface LoadSignals {
  readonly strategy: Strategy;
  /** 0 ≤ x < 1 */
  random(): number;
  /** Requests under way on a deployment. */
  inFlight(candidate: Candidate): number;
  /** 0 < x ≤ 1: less than one for a moment after it came back, so that it is not met by everything at once. */
  warmth(candidate: Candidate): number;
  /** Smoothed time to first byte in milliseconds, or null where none was seen. */
  latency(candidate: Candidate): number | null;
  /** Requests sent to it within the last minute. */
  recent(candidate: Candidate): number;
  /** A hash of the conversation's beginning; null for a request that is part of none. */
  conversation(): number | null;
}

/** Picks one of the candidates, which are of one rank. */
export function choose(candidates: Candidates, signals: LoadSignals): Candidate {
  if (candidates.length === 1) return candidates[0];
  switch (signals.strategy) {
    case "simple-shuffle":
      return weighted(candidates, signals);
    case "least-busy":
      return leastBusy(candidates, signals);
    case "latency-based-routing":
      return fastest(candidates, signals);
    case "usage-based-routing-v2":
      return leastUsed(candidates, signals);
    case "prefix-affinity": {
      const conversation = signals.conversation();
      return conversation === null
        ? twoChoices(new Lot(candidates), signals)
        : rankByAffinity(candidates, conversation, signals);
    }
    case "two-choices":
      return twoChoices(new Lot(candidates), signals);
    default:
      return signals.strategy satisfies never;
  }
}

/**
 * Peak EWMA: a fast replica with a queue is not fast. One that nobody has measured is measured first, but by one request:
 * until that has answered it counts as the slowest, or a hung one would draw all.
 */
function fastest(candidates: Candidates, signals: LoadSignals): Candidate {
  const slowest = Math.max(1, ...candidates.map((one) => signals.latency(one) ?? 0));
  return lowest(candidates, (candidate) => {
    const latency = signals.latency(candidate);
    if (latency === null && signals.inFlight(candidate) === 0) return 0;
    return (latency ?? slowest) * loadForWeight(candidate, signals);
  });
}

/**
 * Two drawn by weight, the less busy of them for its weight: near the best choice without the herd that "the least busy"
 * draws. Where the first has nothing to do it is taken, so that the shares of an idle fleet are its weights.
 */
function twoChoices(lot: Lot, signals: LoadSignals): Candidate {
  return lessBusy(lot.drawTwo(signals), signals);
}

/**
 * The same choice where most of many are fit: only the two that are drawn are looked at. Null where one of them is not
 * fit, or the strategy has to see all; then the candidates have to be sought out first.
 */
export function chooseAtOnce(
  lot: Lot,
  isFit: (candidate: Candidate) => boolean,
  signals: LoadSignals,
): Candidate | null {
  const [only] = lot.candidates;
  if (lot.candidates.length === 1) return isFit(only) ? only : null;
  if (signals.strategy !== "two-choices") return null;
  const two = lot.drawTwo(signals);
  return isFit(two[0]) && isFit(two[1]) ? lessBusy(two, signals) : null;
}

function lessBusy([first, other]: readonly [Candidate, Candidate], signals: LoadSignals): Candidate {
  const warm = countedWarmth(first, signals);
  const busy = signals.inFlight(first);
  if (busy === 0 && warm === 1) return first;
  const its = (busy + 1) / (weightOf(first) * warm);
  return loadForWeight(other, signals) < its ? other : first;
}

/** One that just came back has few requests behind it: it stands aside most of the time, or it would be sent all. */
function leastUsed(candidates: Candidates, signals: LoadSignals): Candidate {
  return lowest(candidates, (candidate) =>
    countedWarmth(candidate, signals) === 1
      ? signals.recent(candidate) / weightOf(candidate)
      : Number.POSITIVE_INFINITY,
  );
}

/** The lowest load for its weight; of a fleet with nothing to do each has its share. */
function leastBusy(candidates: Candidates, signals: LoadSignals): Candidate {
  return candidates.every((candidate) => signals.inFlight(candidate) === 0)
    ? weighted(candidates, signals)
    : lowest(candidates, (candidate) => loadForWeight(candidate, signals));
}

function loadForWeight(candidate: Candidate, signals: LoadSignals): number {
  return load(candidate, signals) / weightOf(candidate);
}

/** What it would carry with this request. */
function load(candidate: Candidate, signals: LoadSignals): number {
  return (signals.inFlight(candidate) + 1) / countedWarmth(candidate, signals);
}

/**
 * One that just came back counts as busier than it is, most of the time: always would mean never, where nothing else is
 * busy either.
 */
function countedWarmth(candidate: Candidate, signals: LoadSignals): number {
  const warm = signals.warmth(candidate);
  return warm === 1 || signals.random() < warm ? 1 : warm;
}

function lowest(candidates: Candidates, score: (candidate: Candidate) => number): Candidate {
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

/** LiteLLM's simple-shuffle. */
function weighted(candidates: Candidates, signals: LoadSignals): Candidate {
  const share = (one: Candidate) => weightOf(one) * signals.warmth(one);
  const total = candidates.reduce((sum, candidate) => sum + share(candidate), 0);
  let left = signals.random() * total;
  for (const candidate of candidates) {
    left -= share(candidate);
    if (left < 0) return candidate;
  }
  return candidates[0];
}
