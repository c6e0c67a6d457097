import type { Snapshot, Verdict } from "@rollcall/contract";

export interface Origin {
  readonly instance: string;
  readonly startedAt: number;
}

export const PROBER: Origin = { instance: "prober-1", startedAt: 1_700_000_000_000 };

/** The nth snapshot of a prober. All of it, size and words, follows from n, so that a mixture of two is found out. */
export function snapshotOf(sequence: number, prober: Origin = PROBER): Snapshot {
  return {
    version: 1,
    sequence,
    writtenAt: prober.startedAt + sequence * 1_000,
    intervalMs: 1_000,
    prober,
    config: `config of ${sequence}`,
    verdicts: Array.from({ length: (sequence * 37) % 150 }, (_, index) => verdictOf(sequence, index)),
  };
}

function verdictOf(sequence: number, index: number): Verdict {
  const at = 1_700_000_000_000 + sequence;
  return {
    deployment: `deployment ${index} of ${sequence}`,
    alias: `alias ${index}`,
    check: `${sequence}`,
    ready: index % 2 === 0,
    nameMatches: index % 3 === 0,
    reason: index % 2 === 0 ? "ok" : "loading",
    warnings: [],
    expected: "served",
    found: Array.from({ length: index % 5 }, (_, name) => `served ${name} of ${sequence}`),
    detail: "x".repeat((sequence * index) % 200),
    hint: "",
    since: at,
    observedAt: at,
    lastGoodAt: null,
  };
}

/** Is it, to the last letter, what its prober wrote under this number? */
export function isWhole(snapshot: Snapshot): boolean {
  return JSON.stringify(snapshot) === JSON.stringify(snapshotOf(snapshot.sequence, snapshot.prober));
}
