import { REASONS, type Reason } from "@rollcall/contract";
import type { OpenAiError, TimeoutPhase } from "../errors/gateway-error.ts";

interface FailureFacts {
  readonly reason: Reason;
  /** Would another attempt have a chance? Never true for a fault of the request itself. */
  readonly retryable: boolean;
  /** Which time ran out, where one did. */
  readonly timeout?: TimeoutPhase;
  /** What to tell the app if this is the last word; null: that the model did not answer. */
  readonly answer?: {
    readonly status: number;
    readonly error: OpenAiError;
    readonly retryAfter: string | null;
  };
}

/** An attempt that failed before anything went to the app. The type carries the decision, not the message. */
export class UpstreamFailure extends Error {
  readonly reason: Reason;
  readonly retryable: boolean;
  readonly timeout: TimeoutPhase | null;
  readonly answer: NonNullable<FailureFacts["answer"]> | null;

  constructor({ reason, retryable, timeout, answer }: FailureFacts) {
    super(reason);
    this.name = "UpstreamFailure";
    this.reason = reason;
    this.retryable = retryable;
    this.timeout = timeout ?? null;
    this.answer = answer ?? null;
  }

  /** Evidence against the deployment that needs no second witness. */
  get definite(): boolean {
    return this.retryable && REASONS[this.reason].definite;
  }
}
