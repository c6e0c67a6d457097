import {
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
import { reconcile } from "./remember/reconcile.ts";
import type { Load } from "./read/load.ts";
import type { ProbeExchange, ProbeResult } from "./read/probe-result.ts";
import type { DeploymentHistory } from "./remember/deployment-history.ts";
import { isMoving, showsTokens } from "./remember/tokens.ts";
import { warn, type Notice } from "./judge/warn.ts";

/** A deployment whose reason, hint or warnings have changed. */
export interface Transition {
  readonly before: Verdict;
  readonly after: Verdict;
}

export interface Judging {
  readonly thresholds: Thresholds & { readonly stallTimeMs: number };
  /** When the sighting was begun. */
  readonly now: number;
}

/** What is known of every deployment of the config in use. Decides nothing itself: `decide/` does. */
export class Fleet {
  #histories = new Map<string, DeploymentHistory>();
  #states = new Map<string, BackendState>();
  #backendOf: ReadonlyMap<string, string> = new Map();
  #byBackend: ReadonlyMap<string, readonly Deployment[]> = new Map();

  /** Takes a config over, keeping what still holds. */
  adopt(config: Config, previous: Snapshot | null, now: number): void {
    this.#histories = reconcile({ histories: this.#histories, previous }, config, now);
    this.#byBackend = Map.groupBy(config.deployments, (deployment) => deployment.backend.id);
    this.#backendOf = new Map(config.deployments.map(({ id, backend }) => [id, backend.id]));
    const states = config.backends.map(({ id }): [string, BackendState] => [id, this.state(id)]);
    this.#states = new Map(states);
  }

  /** One sighting of a backend is judged for all deployments on it; nothing is changed by that. */
  judge(backendId: string, result: ProbeResult, { thresholds, now }: Judging): Judged {
    const state = remember(this.state(backendId), result, now);
    const diagnosis = diagnose(state, thresholds.stallTimeMs, now);
    const deployments = this.#byBackend.get(backendId) ?? [];
    const outcomes = deployments.flatMap((deployment) => {
      const history = this.#histories.get(deployment.id);
      if (history === undefined) return [];
      const outcome = judge({ result, state, diagnosis }, history.verdict);
      const generates = showsTokens(history, { before: this.state(backendId), state });
      return [{ deployment, outcome, generates }];
    });
    return { backendId, state, outcomes, busy: isMoving(state, now) };
  }

  /** What was judged moves every deployment on that is still wanted; those whose news matter come back. */
  record({ backendId, state, outcomes }: Judged, { thresholds, now }: Judging): Transition[] {
    const restarted = state.restarts > this.state(backendId).restarts;
    this.#states.set(backendId, state);
    return outcomes.flatMap(({ deployment, outcome, generates }) => {
      // The config may have changed while a token was awaited.
      const before = this.#histories.get(deployment.id);
      if (before?.verdict.check !== deployment.check) return [];
      const known = { ...(restarted ? begunAnew(before, now) : before), generated: generates };
      const history = withNotices(advance(known, outcome, { thresholds, now }), state, now);
      this.#histories.set(deployment.id, history);
      return isNews(before.verdict, history.verdict)
        ? [{ before: before.verdict, after: history.verdict }]
        : [];
    });
  }

  state(backendId: string): BackendState {
    return this.#states.get(backendId) ?? NOTHING_KNOWN;
  }

  historiesOn(backendId: string): readonly DeploymentHistory[] {
    const deployments = this.#byBackend.get(backendId) ?? [];
    return deployments
      .map((deployment) => this.#histories.get(deployment.id))
      .filter((history) => history !== undefined);
  }

  /** Every verdict with its backend's load, if that is told. */
  *standings(): Iterable<{ readonly verdict: Verdict; readonly load: Load | null }> {
    for (const [backendId, deployments] of this.#byBackend) {
      const { load } = this.state(backendId);
      for (const { id } of deployments) {
        const history = this.#histories.get(id);
        if (history !== undefined) yield { verdict: history.verdict, load };
      }
    }
  }

  /** What one deployment is judged by, for people; null where the config has none of this id. */
  evidence(deploymentId: string): Evidence | null {
    const history = this.#histories.get(deploymentId);
    const backendId = this.#backendOf.get(deploymentId);
    if (history === undefined || backendId === undefined) return null;
    const { kind, version, load, exchanges } = this.state(backendId);
    const { verdict, notices, loadTimesMs, falls } = history;
    return { verdict, notices, loadTimesMs, falls, kind, version, load, exchanges };
  }

  verdicts(): readonly Verdict[] {
    return [...this.#histories.values()].map((history) => history.verdict);
  }
}

/** What a deployment is judged by. */
export interface Evidence {
  readonly verdict: Verdict;
  readonly notices: readonly Notice[];
  readonly loadTimesMs: readonly number[];
  readonly falls: readonly number[];
  readonly kind: Kind | null;
  readonly version: string | null;
  readonly load: Load | null;
  readonly exchanges: readonly ProbeExchange[];
}

export interface Judged {
  readonly backendId: string;
  readonly state: BackendState;
  /** It works for somebody at this moment. */
  readonly busy: boolean;
  readonly outcomes: readonly DeploymentOutcome[];
}

export interface DeploymentOutcome {
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

function isNews(before: Verdict, after: Verdict): boolean {
  return (
    before.reason !== after.reason ||
    before.hint !== after.hint ||
    before.warnings.join() !== after.warnings.join()
  );
}
