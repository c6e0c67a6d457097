import type { Deployment, Kind } from "@rollcall/contract";
import type { DeploymentHealth } from "../health/deployment-health.ts";

/** A deployment that may be chosen, with what requests have shown of it. */
export interface Candidate {
  readonly id: string;
  readonly deployment: Deployment;
  /** What kind of server it is on. */
  readonly kind: Kind;
  /** Its version, where it tells. */
  readonly version: string | null;
  readonly health: DeploymentHealth;
  /** Names of endpoints that its server was found not to have; null where none is missing. */
  readonly lacks: ReadonlySet<string> | null;
}

/** At least one of them. */
export type Candidates = readonly [Candidate, ...Candidate[]];
