import type { Candidate, Candidates } from "./candidate.ts";

/** How much of the requests it is to have, beside others of its rank: backups among themselves are equal. */
export function weightOf({ deployment: { weight } }: Candidate): number {
  return weight === 0 ? 1 : weight;
}

/** 0 ≤ x < 1 */
interface Dice {
  random(): number;
}

/** Candidates of one rank to draw from in proportion to their weights, however many they are. */
export class Lot {
  readonly candidates: Candidates;
  /** The sum of the weights up to each; null where all are equal. */
  readonly #sums: Float64Array | null;

  constructor(candidates: Candidates) {
    this.candidates = candidates;
    const weight = weightOf(candidates[0]);
    this.#sums = candidates.every((one) => weightOf(one) === weight) ? null : sumsOf(candidates);
  }

  /** Two, not the same one twice, of at least two. */
  drawTwo(dice: Dice): [Candidate, Candidate] {
    const { candidates } = this;
    const sums = this.#sums;
    const { length } = candidates;
    if (sums === null) {
      const first = Math.floor(dice.random() * length);
      const other = (first + 1 + Math.floor(dice.random() * (length - 1))) % length;
      return [candidates[first] ?? candidates[0], candidates[other] ?? candidates[0]];
    }
    const total = sums[length - 1] ?? 0;
    const first = find(sums, dice.random() * total);
    const start = sums[first - 1] ?? 0;
    const weight = (sums[first] ?? 0) - start;
    // As if the first were not there.
    const rest = dice.random() * (total - weight);
    const other = find(sums, rest < start ? rest : rest + weight);
    return [candidates[first] ?? candidates[0], candidates[other] ?? candidates[0]];
  }
}

function sumsOf(candidates: Candidates): Float64Array {
  let sum = 0;
  return Float64Array.from(candidates, (candidate) => (sum += weightOf(candidate)));
}

/** Index of the first sum above that value. */
function find(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
