import type { Reason } from "@rollcall/contract";
import { UpstreamFailure } from "./failure.ts";
import { AnswerFault } from "./http1/answer-head.ts";

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "timeout",
  ENETUNREACH: "timeout",
};

/**
 * A connection that failed → what it means. All of these may be tried elsewhere, for nothing has reached the app. A refused
 * or dropped connection is `down` here: only the prober's history could say more.
 */
export function classifyConnection(fault: Error): UpstreamFailure {
  const code = codeOf(fault);
  if (/^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(code)) {
    return new UpstreamFailure({ reason: "tls", retryable: true });
  }
  if (fault instanceof AnswerFault) return new UpstreamFailure({ reason: "proxy_error", retryable: true });
  const reason = REASON_OF_CODE[code] ?? "down";
  return reason === "timeout"
    ? new UpstreamFailure({ reason, retryable: true, timeout: "connect" })
    : new UpstreamFailure({ reason, retryable: true });
}

function codeOf(fault: unknown): string {
  const { code, cause } = (fault ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  return cause === undefined ? "" : codeOf(cause);
}
