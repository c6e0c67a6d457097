import type { ProtocolError } from "./protocol-error.ts";
import type { ResponseHandler } from "./response-reader.ts";

/** A connection that failed: Node's error code, or "" where it has none. A value, never thrown. */
export interface ConnectionFailure {
  readonly code: string;
  /** No byte of the request can have reached the backend. */
  readonly unsent: boolean;
}

/** Receives what becomes of one request: the parts of its answer, or an error in place of the rest of them. */
export interface ResponseSink extends ResponseHandler {
  fail(error: ConnectionFailure | ProtocolError): void;
}

/** Handle of a request that is under way. Not to be used once its answer has ended: the connection may carry another one. */
export interface Sending {
  /** The answer is not read any further. */
  pause(): void;
  resume(): void;
  /** The answer is not wanted any more; the sink hears nothing more of it. */
  abort(): void;
}
