import type { Snapshot, SnapshotChange, Verdict } from "@rollcall/contract";

/** A fleet of so many deployments, all well. */
export function fleetOf(records: number): Snapshot {
  const now = Date.now();
  return {
    sequence: 1,
    writtenAt: now,
    intervalMs: 2_000,
    prober: {
      instance: "0b9f1c1e-6a3c-4a52-9d0e-3f1f7b2d9c11",
      startedAt: now,
      url: "http://127.0.0.1:4001",
    },
    config: "0123456789abcdef",
    confirmedAt: now,
    verdicts: Array.from({ length: records }, (_, index) => verdictOf(index, now)),
  };
}

/** The next snapshot: one deployment of it has gone away, or none, as at a heartbeat. */
export function next(before: Snapshot, place: number | null): readonly [Snapshot, SnapshotChange<Verdict>] {
  const sequence = before.sequence + 1;
  const was = place === null ? undefined : before.verdicts[place];
  const is: Verdict | null =
    was === undefined ? null : { ...was, ready: false, reason: "down", since: Date.now() };
  const verdicts = is === null || place === null ? before.verdicts : before.verdicts.with(place, is);
  const change = { after: before.sequence, changed: is === null ? [] : [is], removed: [] };
  return [{ ...before, sequence, writtenAt: Date.now(), verdicts }, change];
}

function verdictOf(index: number, now: number): Verdict {
  return {
    deployment: `chat-${index}-0a1b2c3d4e5f`,
    alias: `chat-${index}`,
    check: "fedcba9876543210",
    ready: true,
    nameMatches: true,
    reason: "ok",
    warnings: [],
    expected: "meta-llama/Llama-3.1-8B-Instruct",
    found: ["meta-llama/Llama-3.1-8B-Instruct"],
    detail: "",
    hint: "",
    since: now,
    observedAt: now,
    lastGoodAt: now,
    served: {
      kind: "vllm",
      version: "0.11.0",
      root: "/models/llama-3.1-8b-instruct",
      parent: null,
      maxModelLen: 131_072,
    },
  };
}
