import type { Strategy } from "@rollcall/contract";
import { rankByAffinity } from "./affinity.ts";
import type { Candidate, Candidates } from "./candidate.ts";

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

/** Picks one of the candidates. */
export function choose(candidates: Candidates, signals: LoadSignals): Candidate {
  if (candidates.length === 1) return candidates[0];
  switch (signals.strategy) {
    case "simple-shuffle":
      return weighted(candidates, signals);
    case "least-busy":
      return lowest(candidates, (candidate) => load(candidate, signals));
    case "latency-based-routing":
      return fastest(candidates, signals);
    case "usage-based-routing-v2":
      return lowest(
        candidates,
        (one) => signals.recent(one) / Math.max(one.deployment.weight, Number.MIN_VALUE),
      );
    case "prefix-affinity": {
      const conversation = signals.conversation();
      return conversation === null
        ? twoChoices(candidates, signals)
        : rankByAffinity(candidates, conversation, signals);
    }
    case "two-choices":
      return twoChoices(candidates, signals);
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
    return (latency ?? slowest) * load(candidate, signals);
  });
}

/** Two at random, the less busy of them: near the best choice without the herd that "the least busy" draws. */
function twoChoices(candidates: Candidates, signals: LoadSignals): Candidate {
  const [a, b] = drawTwo(candidates, signals);
  return lessBusy(a, b, signals);
}

/**
 * The same choice where most of many are fit: only the two that are drawn are looked at. Null where one of them is not
 * fit, or the strategy has to see all; then the candidates have to be sought out first.
 */
export function chooseAtOnce(
  all: Candidates,
  isFit: (candidate: Candidate) => boolean,
  signals: LoadSignals,
): Candidate | null {
  if (all.length === 1) return isFit(all[0]) ? all[0] : null;
  if (signals.strategy !== "two-choices") return null;
  const [a, b] = drawTwo(all, signals);
  return isFit(a) && isFit(b) ? lessBusy(a, b, signals) : null;
}

function drawTwo(candidates: Candidates, signals: LoadSignals): [Candidate, Candidate] {
  const first = Math.floor(signals.random() * candidates.length);
  const other = (first + 1 + Math.floor(signals.random() * (candidates.length - 1))) % candidates.length;
  return [candidates[first] ?? candidates[0], candidates[other] ?? candidates[0]];
}

function lessBusy(a: Candidate, b: Candidate, signals: LoadSignals): Candidate {
  return load(b, signals) < load(a, signals) ? b : a;
}

/**
 * What it would carry with this request. One that just came back counts as busier than it is, most of the time: always
 * would mean never, where nothing else is busy either.
 */
function load(candidate: Candidate, signals: LoadSignals): number {
  const warm = signals.warmth(candidate);
  const counted = warm === 1 || signals.random() < warm ? 1 : warm;
  return (signals.inFlight(candidate) + 1) / counted;
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

/** LiteLLM's simple-shuffle: by `weight`, else `rpm`, else `tpm`. */
function weighted(candidates: Candidates, signals: LoadSignals): Candidate {
  const share = (one: Candidate) => one.deployment.weight * signals.warmth(one);
  const total = candidates.reduce((sum, candidate) => sum + share(candidate), 0);
  let left = signals.random() * total;
  for (const candidate of candidates) {
    left -= share(candidate);
    if (left < 0) return candidate;
  }
  return candidates[Math.floor(signals.random() * candidates.length)] ?? candidates[0];
}
