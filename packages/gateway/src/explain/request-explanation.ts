import type { Ending } from "../pipeline/stage.ts";
import type { TokenUsage } from "../observe/token-usage.ts";
import type { TriedAttempt } from "../observe/tried-attempt.ts";
import type { PassedOver, WhyNot } from "../routing/passed-over.ts";

/** One attempt of a request. */
export interface ExplainedAttempt extends Omit<TriedAttempt, "outcome"> {
  readonly outcome: TriedAttempt["outcome"] | "complete";
}

/** A deployment that the request could have gone to: it did, it could have, or why not. */
export interface ExplainedDeployment {
  readonly id: string;
  readonly standing: "chosen" | "possible" | WhyNot;
}

/** Why a request went where it went, without what was said in it. No hosts, served names or keys. */
export interface RequestExplanation {
  readonly requestId: string;
  readonly traceId: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endpoint: string;
  /** The alias that was meant; empty where the config has none. */
  readonly alias: string;
  readonly keyId: string;
  readonly stream: boolean;
  /** As sent; 499 where the app left before that. */
  readonly status: number;
  readonly ending: Ending;
  /** Kind of the error that the app was told; null where it was told none. */
  readonly error: string | null;
  /** Why the last backend failed or broke off, or none was ready; null where that is not how it ended. */
  readonly reason: string | null;
  readonly strategy: string;
  /** As they stood when the last attempt was sent, or none could be. */
  readonly deployments: readonly ExplainedDeployment[];
  /** So many further ones could not be taken. */
  readonly more: number;
  readonly attempts: readonly ExplainedAttempt[];
  /** How many other aliases stood in. */
  readonly fallbacks: number;
  /** Milliseconds. Null: no byte of an answer came. */
  readonly times: {
    readonly totalMs: number;
    readonly queueMs: number;
    readonly overheadMs: number;
    readonly firstByteMs: number | null;
  };
  /** What the answer said that it used; null where it said nothing. */
  readonly tokens: TokenUsage | null;
}

/** What is known of a request, and of how many such a thing is known at all. */
export interface RequestLookup {
  readonly found: RequestExplanation | null;
  readonly kept: number;
  readonly capacity: number;
  /** Epoch milliseconds: since then all are known; null where there was none. */
  readonly since: number | null;
}

/** Several processes' as one: whoever knows it. Those that are kept are so since the latest of their beginnings. */
export function joinLookups(lookups: readonly RequestLookup[]): RequestLookup {
  const newest = lookups
    .flatMap(({ found }) => (found === null ? [] : [found]))
    .toSorted((one, other) => other.startedAt - one.startedAt);
  const begun = lookups.flatMap(({ since }) => (since === null ? [] : [since]));
  return {
    found: newest[0] ?? null,
    kept: lookups.reduce((sum, { kept }) => sum + kept, 0),
    capacity: lookups.reduce((sum, { capacity }) => sum + capacity, 0),
    since: begun.length === 0 ? null : Math.max(...begun),
  };
}

/** The deployments of an alias and those beside it that were passed over, each with its standing. */
export function standingsOf(
  ids: readonly string[],
  { chosen, passedOver }: { readonly chosen: string | null; readonly passedOver: readonly PassedOver[] },
): readonly ExplainedDeployment[] {
  const why = new Map<string, WhyNot>(passedOver.map((one) => [one.id, one.why]));
  const all = new Set([...ids, ...why.keys()]);
  return [...all].map((id) => ({ id, standing: id === chosen ? "chosen" : (why.get(id) ?? "possible") }));
}
