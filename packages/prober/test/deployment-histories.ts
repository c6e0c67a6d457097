import type { Deployment, Served, Snapshot, Verdict } from "@rollcall/contract";
import type { Ready } from "../src/read/outcome.ts";
import { startHistory, type DeploymentHistory } from "../src/remember/deployment-history.ts";
import type { Instant } from "../src/remember/instant.ts";
import { configOf, type Entry } from "./configs.ts";

/** A moment at which both clocks show the same. */
export function instant(ms: number): Instant {
  return { wall: ms, monotonic: ms };
}

/** A deployment as a config makes it. */
export function deploymentOf(entry: Entry = {}): Deployment {
  const [deployment] = configOf([entry]).deployments;
  if (deployment === undefined) throw new Error("the entry makes no deployment");
  return deployment;
}

/** One not probed yet that expects "llama", with whatever else is given. */
export function historyOf(
  fields: Partial<Omit<DeploymentHistory, "verdict">> = {},
  verdict: Partial<Verdict> = {},
): DeploymentHistory {
  const history = startHistory(deploymentOf(), instant(0));
  return { ...history, ...fields, verdict: { ...history.verdict, ...verdict } };
}

/** What stands behind a served name that says nothing of itself. */
export const SERVED: Served = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null };

export function readyOutcome(...found: readonly string[]): Ready {
  return { kind: "ready", found, served: SERVED };
}

export const GOOD = { ready: true, nameMatches: true, reason: "ok", detail: "", found: ["llama"] } as const;

/** One that is ready under the right name. */
export function readyHistory(
  fields: Partial<Omit<DeploymentHistory, "verdict">> = {},
  verdict: Partial<Verdict> = {},
): DeploymentHistory {
  return historyOf(fields, { ...GOOD, lastGoodAt: 0, ...verdict });
}

export function snapshotOf(verdicts: readonly Verdict[]): Snapshot {
  return {
    sequence: 7,
    writtenAt: 0,
    intervalMs: 2_000,
    prober: { instance: "earlier", startedAt: 0 },
    config: "earlier",
    verdicts,
  };
}
