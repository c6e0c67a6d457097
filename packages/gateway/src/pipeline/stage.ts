import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "./request-context.ts";

/** The stage goes on later: by `Flow.resume`, or by `Flow.end`. */
export const SUSPENDED = "suspended";

/** Null: the next stage. An error ends the request. */
export type StageResult = GatewayError | null | typeof SUSPENDED;

/** One step of a request. It reads and writes fields of the context, and no other stage's own state. */
export type Stage = (ctx: RequestContext) => StageResult;

/** How a request ended. */
export type Ending =
  | "complete"
  /** Refused or failed: the app was told by an error. */
  | "error"
  /** The backend broke off after the first byte; the app was told. */
  | "upstream_aborted"
  | "client_disconnected";

export interface RequestEnd {
  readonly ending: Ending;
  readonly failure: GatewayError | null;
  /** As sent; 499 where the client left before that. */
  readonly status: number;
  /** Milliseconds since the request's head. */
  readonly ms: number;
}

/** What stages that wait, and those that end a request, call. */
export interface Flow {
  /** The suspended stage is done; an error ends the request. */
  resume(ctx: RequestContext, failure: GatewayError | null): void;
  /** The answer is over. Only the first call counts. */
  end(ctx: RequestContext, ending: Ending, failure?: GatewayError): void;
  /** A bug of ours: its stack goes to the log, a 500 to the app. */
  crash(ctx: RequestContext, error: unknown): void;
}
