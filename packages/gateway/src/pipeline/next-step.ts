import type { Reason } from "@rollcall/contract";
import type { UpstreamError } from "../upstream/upstream-error.ts";

/** First wait before the same deployment is asked again; doubles, with as much again by chance. */
const BACKOFF_MS = 50;

/** Longer than this the app does better to hear of it: it gets the answer with its Retry-After. */
const LONGEST_WAIT_MS = 5_000;

/** One more deployment may be faster; a third begins what two have worked on for nothing. */
const MOST_LATE = 2;

/** Refusals that the same deployment gives again. */
const DOES_NOT_PASS: ReadonlySet<Reason> = new Set(["wrong_key", "not_openai"]);

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What a request knows when an attempt has failed. */
export interface Failure {
  readonly error: UpstreamError;
  /** Attempts made so far, at least one. */
  readonly attempts: number;
  /** `num_retries` of the request or the config. */
  readonly retries: number;
  /** May the request be sent again? */
  readonly resend: "always" | "unsent" | "never";
  /** Attempts of these that took longer than a limit to begin, or in all. */
  readonly late: number;
  /** Has this request met the same refusal before? Then whoever is asked gives it. */
  readonly isRepeated: boolean;
  /** Is there a deployment that this request has not failed on yet? */
  readonly hasAnother: boolean;
  /** Does the retry budget allow one more? */
  readonly hasBudget: boolean;
  /** Next alias that stands in for this one, or null. */
  readonly fallback: string | null;
  /** Next alias for prompts that are too long for this one, or null. */
  readonly longerContext: string | null;
  /** 0 ≤ x < 1 */
  readonly random: number;
}

export type NextStep =
  | { readonly kind: "retry"; readonly afterMs: number }
  /** The alias has had its retries: another one is asked. */
  | { readonly kind: "fallback"; readonly alias: string }
  /** The prompt does not fit: not a fault of the deployment, but another alias may have room. Costs no budget. */
  | { readonly kind: "longer_context"; readonly alias: string }
  | { readonly kind: "give_up" };

const GIVE_UP: NextStep = { kind: "give_up" };

/** What to do about a failed attempt. */
export function nextStep(failure: Failure): NextStep {
  const { error, attempts, retries, hasAnother, hasBudget, fallback, longerContext } = failure;
  if (error.answer?.error.code === "context_length_exceeded" && longerContext !== null) {
    return { kind: "longer_context", alias: longerContext };
  }
  if (!(error.retryable || error.lacksEndpoint) || !mayResend(failure)) return GIVE_UP;
  const askedMs = retryAfterMs(error);
  if (!hasAnother && askedMs !== null && askedMs > LONGEST_WAIT_MS) return GIVE_UP;
  if (!(hasBudget || error.isGivenUp) || failure.late >= MOST_LATE) return GIVE_UP;
  // Another deployment is asked at once; the same one is given a moment.
  if (attempts <= retries && mayRetry(failure))
    return { kind: "retry", afterMs: hasAnother ? 0 : (askedMs ?? backOff(failure)) };
  return fallback === null ? GIVE_UP : { kind: "fallback", alias: fallback };
}

/** A refusal that does not pass is not asked for twice, and what was late is not begun anew where it was under way. */
function mayRetry({ error, hasAnother, isRepeated, late }: Failure): boolean {
  if (error.lacksEndpoint) return hasAnother;
  return !isRepeated && (hasAnother || (late === 0 && !DOES_NOT_PASS.has(error.reason)));
}

/** Who has no such endpoint has done nothing. */
function mayResend({ resend, error }: Failure): boolean {
  return resend === "always" || error.lacksEndpoint || (resend === "unsent" && error.unsent);
}

function backOff({ attempts, random }: Failure): number {
  return BACKOFF_MS * 2 ** (attempts - 1) * (1 + random);
}

function retryAfterMs({ answer }: UpstreamError): number | null {
  return answer === null || answer.retryAfter === null ? null : pauseMs(answer.retryAfter);
}

/** `Retry-After` in seconds, bounded; a date or nothing means a moment. */
export function pauseMs(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds * 1_000, LONGEST_PAUSE_MS)
    : FIRST_PAUSE_MS;
}
