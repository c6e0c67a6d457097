import type { Candidate, Candidates } from "./candidate.ts";

/** Those with a weight first, since a weight of 0 makes a backup; then by `order`, lowest first. */
export function compareRank({ deployment: a }: Candidate, { deployment: b }: Candidate): number {
  return Number(a.weight === 0) - Number(b.weight === 0) || a.order - b.order;
}

/** Those of the first rank, of a list sorted by rank. Null for an empty list. */
export function firstRank(candidates: readonly Candidate[]): Candidates | null {
  const [first, ...rest] = candidates;
  if (first === undefined) return null;
  return [first, ...rest.filter((candidate) => compareRank(first, candidate) === 0)];
}
