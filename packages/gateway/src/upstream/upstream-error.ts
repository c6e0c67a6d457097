import type { Reason } from "@rollcall/contract";
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
  /** The backend's HTTP status, or the one within its stream; null where none came. */
  readonly status: number | null;
  /** More about it in a sentence fit for the app, such as what the backend said; null where there is nothing. */
  readonly words: string | null;
  /** The same for the same refusal, whoever gives it: what was asked may be the cause. Null where it cannot be. */
  readonly refusal: string | null;
  /** The server ended it unfinished as it ended itself, or is gone: nobody works on it, so that to begin it elsewhere doubles no work. */
  readonly isGivenUp: boolean;
  /** It began to answer and broke off: it was there, whatever became of it since. */
  readonly isCut: boolean;
  /** It asked to be let alone: as long as `answer` says. */
  readonly isBusy: boolean;
  /** Its server has no such endpoint: nobody's fault, and another deployment may have it. */
  readonly lacksEndpoint: boolean;

  constructor(
    reason: Reason,
    {
      retryable = true,
      unsent = false,
      timeout = null,
      answer = null,
      status = null,
      words = null,
      refusal = null,
      isGivenUp = reason === "draining",
      isCut = false,
      isBusy = false,
      lacksEndpoint = false,
    }: Partial<UpstreamError> = {},
  ) {
    this.reason = reason;
    this.retryable = retryable;
    this.unsent = unsent;
    this.timeout = timeout;
    this.answer = answer;
    this.status = status;
    this.words = words;
    this.refusal = refusal;
    this.isGivenUp = isGivenUp;
    this.isCut = isCut;
    this.isBusy = isBusy;
    this.lacksEndpoint = lacksEndpoint;
  }

  /** Only that a server does not have our name does no request's content bring about. */
  get isDefinite(): boolean {
    return this.reason === "wrong_name";
  }
}
