import {
  DISABLED_BY,
  isRoutable,
  type Config,
  type Deployment,
  type Kind,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import { advance, remembering, type Thresholds } from "./judge/advance.ts";
import { diagnose } from "./judge/diagnose.ts";
import { judge } from "./judge/judge.ts";
import { NOTHING_KNOWN, remember, type BackendState } from "./remember/backend-state.ts";
import type { Outcome } from "./read/outcome.ts";
import {
  addRound,
  wantsEndpoints,
  withMissing,
  type EndpointRound,
  type FoundEndpoints,
} from "./remember/found-endpoints.ts";
import { Drains, printWho, withDrain, type DrainOrder } from "./remember/drains.ts";
import type { Instant } from "./remember/instant.ts";
import { reconcile } from "./remember/reconcile.ts";
import type { Load } from "./read/load.ts";
import type { ProbeExchange, ProbeResult } from "./read/probe-result.ts";
import { targetDeployments, type Target, type TargetDeployment } from "./remember/target.ts";
import type { DeploymentHistory } from "./remember/deployment-history.ts";
import { Throughput } from "./remember/throughput.ts";
import { isMoving, showsTokens } from "./remember/tokens.ts";
import { warn, type Notice } from "./judge/warn.ts";

/** A deployment whose reason, hint or warnings have changed. */
export interface Transition {
  readonly before: Verdict;
  readonly after: Verdict;
}

export interface Judging {
  readonly thresholds: Thresholds & { readonly stallTimeMs: number };
  /** When the probe began. */
  readonly now: Instant;
}

/** What is known of every deployment of the config in use. Decides nothing itself: `judge/` does. */
export class Fleet {
  #histories = new Map<string, DeploymentHistory>();
  #states = new Map<string, BackendState>();
  readonly #endpoints = new Map<string, FoundEndpoints>();
  readonly #drains = new Drains();
  /** What each target generated lately. */
  readonly throughput = new Throughput();
  /** When the last recorded probe began, monotonic. */
  recordedAt = Number.NEGATIVE_INFINITY;
  #deployments: readonly TargetDeployment[] = [];
  #byTarget: ReadonlyMap<string, readonly TargetDeployment[]> = new Map();

  /** Takes a config over, keeping what still holds. Those that it drains or gives back are returned. */
  adopt(config: Config, previous: Snapshot | null, now: Instant): readonly Transition[] {
    const before = this.#published();
    this.#drains.adopt(config, previous, now);
    this.#histories = reconcile({ histories: this.#histories, previous }, config, now);
    this.#deployments = targetDeployments(config);
    this.#byTarget = Map.groupBy(this.#deployments, ({ target }) => target.id);
    const states = [...this.#byTarget.keys()].map((id): [string, BackendState] => [id, this.state(id)]);
    this.#states = new Map(states);
    this.throughput.keep(this.#states);
    for (const id of this.#endpoints.keys()) if (!this.#byTarget.has(id)) this.#endpoints.delete(id);
    return this.#drainChanges(before, { by: DISABLED_BY }, now);
  }

  /** Drains deployments or gives them back; those whose state that changes are returned. */
  order(order: DrainOrder, now: Instant): readonly Transition[] {
    const before = this.#published();
    this.#drains.apply(order, now);
    return this.#drainChanges(before, order, now);
  }

  #published(): ReadonlyMap<string, Verdict> {
    return new Map([...this.#histories].map(([id, history]) => [id, this.#publish(history.verdict)]));
  }

  #publish(verdict: Verdict): Verdict {
    return withDrain(verdict, this.#drains.of(verdict.deployment));
  }

  #drainChanges(
    before: ReadonlyMap<string, Verdict>,
    who: Pick<DrainOrder, "by" | "reason">,
    now: Instant,
  ): readonly Transition[] {
    return [...this.#histories].flatMap(([id, history]) => {
      const was = before.get(id);
      const after = this.#publish(history.verdict);
      if (was === undefined || (was.drained === undefined) === (after.drained === undefined)) return [];
      if (after.drained !== undefined) return [{ before: was, after }];
      // It comes back: for gateways its reason changes now, and they let it start slowly.
      const verdict = { ...history.verdict, since: now.wall };
      this.#histories.set(id, { ...history, reasonSince: now.monotonic, verdict });
      return [{ before: was, after: { ...verdict, detail: `undrained by ${printWho(who)}` } }];
    });
  }

  /** One probe of a target is judged for all deployments on it; nothing is changed by that. */
  judge(targetId: string, result: ProbeResult, { thresholds, now }: Judging): Judged {
    const state = remember(this.state(targetId), result, now.monotonic);
    const diagnosis = diagnose(state, thresholds.stallTimeMs, now.monotonic);
    const deployments = this.#byTarget.get(targetId) ?? [];
    const outcomes = deployments.flatMap(({ id, deployment }) => {
      const history = this.#histories.get(id);
      if (history === undefined) return [];
      const outcome = judge({ result, state, diagnosis }, history.verdict);
      const generates = showsTokens(history, { before: this.state(targetId), state });
      return [{ id, deployment, outcome, generates }];
    });
    return { targetId, state, outcomes, busy: isMoving(state, now.monotonic) };
  }

  /** What was judged moves every deployment on that is still wanted; those whose news matter come back. */
  record({ targetId, state, outcomes }: Judged, { thresholds, now }: Judging): Transition[] {
    const restarted = state.restarts > this.state(targetId).restarts;
    const missing = this.#endpoints.get(targetId)?.missing;
    this.#states.set(targetId, state);
    this.recordedAt = now.monotonic;
    this.throughput.add(targetId, state.load?.generated ?? null, now.monotonic);
    return outcomes.flatMap(({ id, deployment, outcome, generates }) => {
      // The config may have changed while a token was awaited.
      const before = this.#histories.get(id);
      if (before?.verdict.check !== deployment.check) return [];
      const known = { ...(restarted ? begunAnew(before, now.monotonic) : before), generated: generates };
      const advanced = advance(known, outcome, { thresholds, now });
      const history = withNotices(
        withEndpoints(advanced, missing ?? before.verdict.served?.missing),
        state,
        now.monotonic,
      );
      this.#histories.set(id, history);
      // Nobody need hear what becomes of one that is out of use: its verdict tells it.
      if (this.#drains.of(deployment.id) !== undefined) return [];
      return isNews(before.verdict, history.verdict)
        ? [{ before: before.verdict, after: history.verdict }]
        : [];
    });
  }

  /** Is its server ready, and not yet asked which endpoints this start of it has? */
  wantsEndpoints(targetId: string): boolean {
    const isReady = this.historiesOn(targetId).some(({ verdict }) => isRoutable(verdict));
    return isReady && wantsEndpoints(this.state(targetId), this.#endpoints.get(targetId));
  }

  /** What was found of one start of a server; the verdicts that it changes come back. */
  recordEndpoints(targetId: string, round: EndpointRound): readonly Verdict[] {
    const deployments = this.#byTarget.get(targetId);
    if (deployments === undefined) return [];
    const found = addRound(this.#endpoints.get(targetId), round);
    this.#endpoints.set(targetId, found);
    return deployments.flatMap(({ id }) => {
      const before = this.#histories.get(id);
      if (before === undefined) return [];
      const history = withEndpoints(before, found.missing);
      this.#histories.set(id, history);
      return history === before ? [] : [history.verdict];
    });
  }

  state(targetId: string): BackendState {
    return this.#states.get(targetId) ?? NOTHING_KNOWN;
  }

  deploymentsOn(targetId: string): readonly Deployment[] {
    return (this.#byTarget.get(targetId) ?? []).map(({ deployment }) => deployment);
  }

  historiesOn(targetId: string): readonly DeploymentHistory[] {
    const deployments = this.#byTarget.get(targetId) ?? [];
    return deployments.map(({ id }) => this.#histories.get(id)).filter((history) => history !== undefined);
  }

  /** Every verdict with what it is judged by, in the order of the config. */
  evidence(): readonly Evidence[] {
    return this.#deployments.flatMap(({ id, target }) => {
      const history = this.#histories.get(id);
      if (history === undefined) return [];
      const { kind, version, load, exchanges } = this.state(target.id);
      const { loadTimesMs } = history;
      const drain = this.#drains.of(history.verdict.deployment);
      const endpointExchanges = this.#endpoints.get(target.id)?.exchanges ?? [];
      const known = {
        verdict: withDrain(history.verdict, drain),
        reasonSince: drain?.at ?? history.reasonSince,
        notices: drain === undefined ? history.notices : [],
        loadTimesMs,
        kind,
        version,
        load,
      };
      return [{ target, ...known, exchanges, endpointExchanges }];
    });
  }

  /** What is published: a drained deployment is not ready, whatever probes find of it. */
  verdicts(): readonly Verdict[] {
    return [...this.#histories.values()].map(({ verdict }) => this.#publish(verdict));
  }
}

/** What a deployment is judged by. */
export interface Evidence {
  readonly target: Target;
  readonly verdict: Verdict;
  /** Since when its reason holds, monotonic. */
  readonly reasonSince: number;
  readonly notices: readonly Notice[];
  readonly loadTimesMs: readonly number[];
  readonly kind: Kind | null;
  readonly version: string | null;
  readonly load: Load | null;
  readonly exchanges: readonly ProbeExchange[];
  /** Those that showed which endpoints are missing. */
  readonly endpointExchanges: readonly ProbeExchange[];
}

export interface Judged {
  readonly targetId: string;
  readonly state: BackendState;
  /** It works for somebody at this moment. */
  readonly busy: boolean;
  readonly outcomes: readonly DeploymentOutcome[];
}

export interface DeploymentOutcome {
  /** Of the deployment at its target. */
  readonly id: string;
  readonly deployment: Deployment;
  readonly outcome: Outcome;
  /** Was it seen to generate since its start? */
  readonly generates: boolean;
}

/** A restart that was too quick to be seen away is a fall all the same. */
function begunAnew(history: DeploymentHistory, now: number): DeploymentHistory {
  return { ...history, falls: isRoutable(history.verdict) ? remembering(history.falls, now) : history.falls };
}

function withNotices(history: DeploymentHistory, state: BackendState, now: number): DeploymentHistory {
  const notices = isRoutable(history.verdict) ? warn(state, history.changes, now) : [];
  const warnings = notices.map(({ code }) => code);
  return { ...history, notices, verdict: { ...history.verdict, warnings } };
}

function withEndpoints(
  history: DeploymentHistory,
  missing: readonly string[] | undefined,
): DeploymentHistory {
  const verdict = withMissing(history.verdict, missing);
  return verdict === history.verdict ? history : { ...history, verdict };
}

function isNews(before: Verdict, after: Verdict): boolean {
  return (
    before.reason !== after.reason ||
    before.hint !== after.hint ||
    before.warnings.join() !== after.warnings.join()
  );
}
