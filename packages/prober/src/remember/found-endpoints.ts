import { isSameValue, type Verdict } from "@rollcall/contract";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { BackendState } from "./backend-state.ts";

/** Which endpoints a server was found not to have, at one of its starts. */
export interface FoundEndpoints {
  /** `BackendState.starts` of that one. */
  readonly start: number;
  /** Names. */
  readonly missing: readonly string[];
  /** What was asked of those, and what came back. */
  readonly exchanges: readonly ProbeExchange[];
  /** How often questions of this start came to no answer; zero once all have one. */
  readonly failures: number;
}

/** What came of asking a server for all endpoints. */
export interface EndpointRound extends Pick<FoundEndpoints, "start" | "missing" | "exchanges"> {
  /** Did every question get an answer? After one that got none no more are asked. */
  readonly isWhole: boolean;
}

/** Then what is not known counts as there. */
const MOST_FAILURES = 3;

/** Is a server to be asked for its endpoints? Once a start, and again where it did not answer all. */
export function wantsEndpoints({ served, starts }: BackendState, found: FoundEndpoints | undefined): boolean {
  if (!served) return false;
  if (found === undefined || found.start !== starts) return true;
  return found.failures > 0 && found.failures < MOST_FAILURES;
}

/** One round of questions is added. Until all have an answer, what was known before holds. */
export function addRound(before: FoundEndpoints | undefined, round: EndpointRound): FoundEndpoints {
  const { start, missing, exchanges, isWhole } = round;
  const failures = isWhole ? 0 : 1 + (before?.start === start ? before.failures : 0);
  const holds = before !== undefined && failures > 0 && failures < MOST_FAILURES;
  return holds ? { ...before, start, failures } : { start, missing, exchanges, failures };
}

/** A verdict with what was found of its server. Nothing found: what an earlier run knew holds. */
export function withMissing(verdict: Verdict, missing: readonly string[] | undefined): Verdict {
  const { served } = verdict;
  if (served === undefined || missing === undefined || isSameValue(served.missing ?? [], missing))
    return verdict;
  const { missing: _before, ...facts } = served;
  return { ...verdict, served: missing.length === 0 ? facts : { ...facts, missing } };
}
