import { REASONS, type Reason } from "@rollcall/contract";
import type { OpenAiError, TimeoutPhase } from "../errors/gateway-error.ts";

/** What to tell the app where this is the last word. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly error: OpenAiError;
  /** As the backend wrote it. */
  readonly retryAfter: string | null;
}

/** An attempt that failed before anything went to the app: an expected outcome, so a value. */
export class UpstreamError {
  readonly reason: Reason;
  /** Would another attempt have a chance? Never true for a fault of the request itself. */
  readonly retryable: boolean;
  /** No byte of the request can have reached the backend. */
  readonly unsent: boolean;
  /** Which time ran out, where one did. */
  readonly timeout: TimeoutPhase | null;
  /** Null: that the model did not answer. */
  readonly answer: UpstreamAnswer | null;

  constructor(
    reason: Reason,
    { retryable = true, unsent = false, timeout = null, answer = null }: Partial<UpstreamError> = {},
  ) {
    this.reason = reason;
    this.retryable = retryable;
    this.unsent = unsent;
    this.timeout = timeout;
    this.answer = answer;
  }

  /** Evidence against the deployment that needs no second witness. */
  get isDefinite(): boolean {
    return this.retryable && REASONS[this.reason].definite;
  }
}
