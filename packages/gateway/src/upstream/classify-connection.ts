import type { Reason } from "@rollcall/contract";
import type { ConnectionError } from "./http1/connection.ts";
import { ProtocolError } from "./http1/protocol-error.ts";
import { UpstreamError } from "./upstream-error.ts";

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "timeout",
  ENETUNREACH: "timeout",
};

const TLS_CODES = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

/**
 * A connection that failed → what it means. All of these may be tried elsewhere, for nothing has reached the app. A refused
 * or dropped connection is `down` here: only the prober's history could say more.
 */
export function classifyConnection(error: ConnectionError | ProtocolError): UpstreamError {
  if (error instanceof ProtocolError) return new UpstreamError("proxy_error");
  const { code, unsent } = error;
  if (TLS_CODES.test(code)) return new UpstreamError("tls", { unsent });
  const reason = REASON_OF_CODE[code] ?? "down";
  return new UpstreamError(reason, { unsent, timeout: reason === "timeout" ? "connect" : null });
}
