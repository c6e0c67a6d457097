import { connectionErrorOf, type ConnectionError, type Reason } from "@rollcall/contract";
import type { ConnectionFailure } from "./http1/sending.ts";
import { ProtocolError } from "./http1/protocol-error.ts";
import { UpstreamError } from "./upstream-error.ts";

/** A refused or dropped connection is `down` here: only the prober's history could say more. */
const REASON_OF: Readonly<Record<ConnectionError, Reason>> = {
  refused: "down",
  dropped: "down",
  dns: "dns",
  tls: "tls",
  timeout: "timeout",
  not_http: "proxy_error",
  headers_too_large: "proxy_error",
};

/** A connection that failed → what it means. All may be tried elsewhere, for nothing has reached the app. */
export function classifyConnection(failure: ConnectionFailure | ProtocolError): UpstreamError {
  if (failure instanceof ProtocolError) return new UpstreamError("proxy_error");
  const { code, unsent } = failure;
  const reason = REASON_OF[connectionErrorOf(code) ?? "dropped"];
  return new UpstreamError(reason, { unsent, timeout: reason === "timeout" ? "connect" : null });
}
