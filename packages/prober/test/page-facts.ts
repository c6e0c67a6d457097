import { REASONS, type Reason, type Verdict } from "@rollcall/contract";
import type { DeploymentFacts, PageFacts } from "../src/page/view/facts.ts";
import { readyHistory } from "./deployment-histories.ts";

export const NOW = Date.parse("2026-11-26T02:14:07Z");

const { verdict } = readyHistory();

export interface Given extends Partial<Omit<DeploymentFacts, "verdict">>, Partial<Verdict> {}

/** One deployment, ready unless its reason says otherwise. */
export function deploymentFacts({ reason = "ok", ...given }: Given = {}): DeploymentFacts {
  const known = {
    ...verdict,
    deployment: "chat-1",
    alias: "chat",
    reason,
    ready: REASONS[reason].ready,
    nameMatches: reason === "ok",
    since: NOW - 60_000,
    observedAt: NOW,
  };
  const facts: DeploymentFacts = {
    verdict: known,
    address: "http://gpu-1:8000",
    apiBase: "http://gpu-1:8000/v1",
    index: 0,
    kind: "vllm",
    version: "0.11.0",
    notices: [],
    load: null,
    rates: null,
    loadTimesMs: [],
    exchanges: [{ at: NOW, path: "/v1/models", outcome: "200" }],
    endpointExchanges: [],
  };
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(facts, key)));
  const said = Object.fromEntries(Object.entries(given).filter(([key]) => !Object.hasOwn(facts, key)));
  return { ...facts, ...own, verdict: { ...known, ...said } };
}

/** `factsOf(["coder", "ok", "down"])`: a model with two deployments. */
export function factsOf(
  models: readonly (readonly [alias: string, ...reasons: Reason[]])[],
  given: Partial<PageFacts> = {},
): PageFacts {
  const deployments = models.flatMap(([alias, ...reasons]) =>
    reasons.map((reason, index) => deploymentFacts({ alias, deployment: `${alias}-${index}`, reason })),
  );
  return {
    now: NOW,
    instance: "this",
    machine: "ops-01",
    config: "dd244b098980a592",
    intervalMs: 2_000,
    initialRoundDone: true,
    probedAgoMs: 100,
    writtenAgoMs: 100,
    startedAgoMs: 900_000,
    configFault: null,
    needRestart: [],
    skipped: [],
    gatewayNotes: null,
    hasFallback: () => false,
    deployments,
    events: [],
    tellsDetails: true,
    ...given,
  };
}
