import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Series } from "./series.ts";
import type { RequestEnd } from "../pipeline/stage.ts";

/** One attempt as observers see it. */
export interface AttemptFacts {
  readonly ctx: RequestContext;
  readonly candidate: Candidate;
  /** 1 for the first of a request. */
  readonly number: number;
  /** Monotonic milliseconds. */
  readonly sentAt: number;
  /** Set with the first byte of a stream: where the times between its pieces are recorded. */
  gaps?: Series | null;
}

/** Why a failure says nothing of the deployment: the app's own time limit, or a key that was replaced meanwhile. */
export type Excuse = "own_timeout" | "key_rotated";

/** How an attempt ended, and whether that is to be held against the deployment. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  readonly excuse: Excuse | null;
}

/** The backend has read only a part of the prompt. */
export interface TruncatedPrompt {
  /** The most that it reads, as far as is known. */
  readonly tokens: number;
  /** What makes it do so, in its own words. */
  readonly setting: string;
  /** Told for the first time. */
  readonly isNew: boolean;
}

/** Hears of attempts. What one throws is logged, and stops neither the request nor other observers. */
export interface AttemptObserver {
  attemptStarted?(attempt: AttemptFacts): void;
  /** `now`: monotonic milliseconds. */
  attemptFirstByte?(attempt: AttemptFacts, now: number): void;
  /** At most once, before or after the first byte. */
  promptTruncated?(attempt: AttemptFacts, prompt: TruncatedPrompt): void;
  /** Exactly once for every attempt that started. */
  attemptEnded?(attempt: AttemptFacts, end: AttemptEnd, now: number): void;
}

/** Hears of requests. */
export interface RequestObserver {
  /** Exactly once for every request that was matched to an endpoint. */
  requestEnded(ctx: RequestContext, end: RequestEnd): void;
}
