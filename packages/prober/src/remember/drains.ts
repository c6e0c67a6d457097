import {
  DISABLED_BY,
  REASONS,
  type Config,
  type Drained,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import { toMonotonic, type Instant } from "./instant.ts";

/** That a deployment is drained, whatever probes find of it. */
export interface Drain extends Omit<Drained, "observed"> {
  /** `since` as a monotonic time. */
  readonly at: number;
}

/** Who wants deployments drained, or given back, and why. */
export interface DrainOrder {
  readonly action: "drain" | "undrain";
  /** Ids. */
  readonly deployments: readonly string[];
  readonly by: string;
  readonly reason?: string;
}

/** Which deployments are drained, by an operator or by the config; of both, the operator's word is told. */
export class Drains {
  #byOperator: ReadonlyMap<string, Drain> = new Map();
  #byConfig: ReadonlyMap<string, Drain> = new Map();

  of(deployment: string): Drain | undefined {
    return this.#byOperator.get(deployment) ?? this.#byConfig.get(deployment);
  }

  /** What an earlier run was told holds for every deployment that still is in the config, whatever became of its URL. */
  adopt({ deployments }: Config, previous: Snapshot | null, now: Instant): void {
    const earlier = drainsIn(previous, now);
    const byOperator = new Map<string, Drain>();
    const byConfig = new Map<string, Drain>();
    for (const { id, disabled } of deployments) {
      const told = earlier.get(id);
      const operator = this.#byOperator.get(id) ?? (told?.by === DISABLED_BY ? undefined : told);
      if (operator !== undefined) byOperator.set(id, operator);
      if (!disabled) continue;
      const before = this.#byConfig.get(id) ?? (told?.by === DISABLED_BY ? told : undefined);
      byConfig.set(id, before ?? { since: now.wall, at: now.monotonic, by: DISABLED_BY });
    }
    this.#byOperator = byOperator;
    this.#byConfig = byConfig;
  }

  /** What is drained already stays so, since when and by whom it was. */
  apply({ action, deployments, by, reason }: DrainOrder, now: Instant): void {
    const next = new Map(this.#byOperator);
    const drain = { since: now.wall, at: now.monotonic, by, ...(reason !== undefined && { reason }) };
    for (const id of deployments) {
      if (action === "undrain") next.delete(id);
      else if (!next.has(id)) next.set(id, drain);
    }
    this.#byOperator = next;
  }
}

function drainsIn(previous: Snapshot | null, now: Instant): ReadonlyMap<string, Drain> {
  return new Map(
    (previous?.verdicts ?? []).flatMap(({ deployment, drained }) => {
      if (drained === undefined) return [];
      const { observed: _, ...drain } = drained;
      return [[deployment, { ...drain, at: toMonotonic(drain.since, now) }]];
    }),
  );
}

/** An id that needs no quotes in any shell. */
const PLAIN_ID = /^[\w.:/@-]+$/;

/** What is published of a drained deployment: not ready, and beside it what probes find. */
export function withDrain(verdict: Verdict, drain: Drain | undefined): Verdict {
  if (drain === undefined) return verdict;
  const { at: _, ...told } = drain;
  const { readyInMs: _until, ...known } = verdict;
  return {
    ...known,
    ready: REASONS.drained.ready,
    reason: "drained",
    warnings: [],
    detail: `by ${printWho(drain)}`,
    hint: hintOf(verdict.deployment, drain),
    since: drain.since,
    drained: { ...told, observed: verdict.reason },
  };
}

/** What probes had found of it, from what was published. */
export function withoutDrain(verdict: Verdict): Verdict {
  const { drained, ...known } = verdict;
  if (drained === undefined) return verdict;
  const { observed } = drained;
  return { ...known, ready: REASONS[observed].ready, reason: observed, detail: "", hint: "" };
}

/** `root@gpu-1: kernel update` */
export function printWho({ by, reason }: Pick<DrainOrder, "by" | "reason">): string {
  return reason === undefined ? by : `${by}: ${reason}`;
}

function hintOf(deployment: string, { by }: Drain): string {
  if (by === DISABLED_BY) return "Remove `disabled` from its model_info when it is to serve again.";
  return PLAIN_ID.test(deployment)
    ? `\`rollcall undrain ${deployment}\` gives it requests again.`
    : REASONS.drained.fix;
}
