import { isPattern, type Clock, type Deployment } from "@rollcall/contract";
import type { Settings } from "@rollcall/runtime";
import { askCanary } from "./ask/canary.ts";
import { canaryFor } from "./read/canary.ts";
import type { Outcome } from "./read/outcome.ts";
import type { ProbeExchange, ProbeResult } from "./read/probe-result.ts";
import type { DeploymentOutcome, Fleet, Judged, Transition } from "./fleet.ts";
import type { Network } from "./ask/network.ts";
import { probe } from "./ask/probe.ts";
import { instantOf } from "./remember/instant.ts";
import { wantsToken } from "./judge/wants-token.ts";
import type { Target } from "./remember/target.ts";
import type { ProbeContext } from "./ask/probe-session.ts";

export interface EvaluationContext {
  readonly fleet: Fleet;
  readonly network: Network;
  readonly clock: Clock;
  readonly settings: () => Settings;
  /** Looks whether the settings changed just now; `now` is monotonic. */
  readonly refresh: (now: number) => boolean;
  readonly signal: AbortSignal;
  /** When gateways said that its requests fail, monotonic. */
  readonly suspectedAt: readonly number[];
}

export interface Evaluated {
  readonly result: ProbeResult;
  readonly changes: readonly Transition[];
}

/** One target is asked, judged and recorded. Null where it was no longer wanted when the answers came. */
export async function probeAndEvaluate(
  target: Target,
  context: EvaluationContext,
): Promise<Evaluated | null> {
  const { clock, fleet, refresh, settings, signal } = context;
  // Evidence counts from when it was asked for: it cannot speak of what happened later.
  const now = instantOf(clock);
  const first = await probe(target, contextOf(target, context));
  // A key that is refused may have been rotated a moment ago: the new one is tried before anything is said.
  const rotated = isRefused(first) && refresh(clock.monotonic());
  const result = rotated ? await probe(target, contextOf(target, context)) : first;
  if (signal.aborted) return null;
  const moment = { thresholds: settings().config.prober, now };
  const judged = await withCanaries(target, fleet.judge(target.id, result, moment), context);
  return signal.aborted ? null : { result, changes: fleet.record(judged, moment) };
}

function contextOf(
  target: Target,
  { fleet, network, clock, settings, signal, suspectedAt }: EvaluationContext,
): ProbeContext {
  const { config, secrets } = settings();
  const state = fleet.state(target.id);
  const isSuspect = wantsToken(state.proof, suspectedAt, clock.monotonic());
  const found = new Map(
    fleet.historiesOn(target.id).map(({ verdict }) => [verdict.deployment, verdict.found]),
  );
  const named = (one: Deployment) => underOneName(one, found.get(one.id) ?? []) ?? [];
  return {
    network,
    secrets,
    signal,
    timeoutMs: config.prober.timeoutMs,
    now: () => clock.now(),
    state,
    suspect: isSuspect ? canaryOf(fleet.deploymentsOn(target.id).flatMap(named)) : null,
  };
}

/** One of these that has a smallest request. */
function canaryOf(deployments: readonly Deployment[]): Deployment | null {
  return deployments.find(({ mode, expected }) => canaryFor(mode, expected) !== null) ?? null;
}

/** A wildcard is asked under the one name that is served. Of several, a request would load one that nobody wants. */
function underOneName(deployment: Deployment, found: readonly string[]): Deployment | null {
  if (!isPattern(deployment.expected)) return deployment;
  const [only, ...others] = found;
  return only === undefined || others.length > 0 ? null : { ...deployment, expected: only };
}

function isRefused({ models, key }: ProbeResult): boolean {
  return key !== null || (models.kind === "fault" && models.reason === "wrong_key");
}

/** Those that must show a token first, and have shown none since their start, are asked for one. */
async function withCanaries(target: Target, judged: Judged, context: EvaluationContext): Promise<Judged> {
  const outcomes: DeploymentOutcome[] = [];
  const asked: ProbeExchange[] = [];
  for (const one of judged.outcomes) {
    const { found } = foundBy(one.outcome);
    const deployment = needsCanary(one, judged) ? underOneName(one.deployment, found) : null;
    if (deployment === null) {
      outcomes.push(one);
      continue;
    }
    const { exchanges, outcome } = await askCanary(target, deployment, {
      ...contextOf(target, context),
      state: judged.state,
    });
    outcomes.push(tried(one, outcome));
    asked.push(...exchanges);
  }
  const { state } = judged;
  const exchanges = [...state.exchanges, ...asked];
  return { ...judged, state: { ...state, canaries: state.canaries + asked.length, exchanges }, outcomes };
}

function needsCanary({ deployment, outcome, generates }: DeploymentOutcome, { busy }: Judged): boolean {
  if (!deployment.canary || generates || busy || outcome.kind !== "ready") return false;
  return canaryFor(deployment.mode, deployment.expected) !== null;
}

function tried(one: DeploymentOutcome, outcome: Outcome | null): DeploymentOutcome {
  if (outcome === null) return { ...one, generates: true };
  const { found } = foundBy(one.outcome);
  return { ...one, outcome: outcome.kind === "fault" ? { ...outcome, nameMatches: true, found } : outcome };
}

function foundBy(outcome: Outcome): { readonly found: readonly string[] } {
  return outcome.kind === "ready" ? outcome : { found: [] };
}
