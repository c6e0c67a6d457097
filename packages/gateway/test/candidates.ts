import { DeploymentHealth } from "../src/health/deployment-health.ts";
import type { Evidence } from "../src/health/ejection.ts";
import type { Candidate } from "../src/routing/candidate.ts";
import type { LoadSignals } from "../src/routing/choose.ts";
import { deploymentOf, type Entry } from "./deployments.ts";

export function candidateOf(id: string, entry: Entry = {}): Candidate {
  return {
    id,
    deployment: deploymentOf(id, entry),
    kind: "vllm",
    version: null,
    health: new DeploymentHealth(id),
    lacks: null,
  };
}

/** What a test says of a fleet, by the ids of its deployments. */
export interface Fleet {
  readonly strategy?: LoadSignals["strategy"];
  readonly random?: () => number;
  readonly inFlight?: (id: string) => number;
  readonly warmth?: (id: string) => number;
  readonly latency?: (id: string) => number | null;
  readonly recent?: (id: string) => number;
  readonly evidence?: (id: string) => Evidence | null;
  readonly conversation?: () => number | null;
}

/** A fleet at rest, but for what the test is about. */
export function fleetSignals(fleet: Fleet = {}) {
  return {
    strategy: fleet.strategy ?? ("least-busy" as const),
    random: fleet.random ?? (() => 0),
    inFlight: ({ id }: Candidate) => fleet.inFlight?.(id) ?? 0,
    warmth: ({ id }: Candidate) => fleet.warmth?.(id) ?? 1,
    latency: ({ id }: Candidate) => fleet.latency?.(id) ?? null,
    recent: ({ id }: Candidate) => fleet.recent?.(id) ?? 0,
    evidence: ({ id }: Candidate) => fleet.evidence?.(id) ?? null,
    conversation: fleet.conversation ?? (() => 0),
  };
}
