import { tlsErrorOf } from "./tls-error.ts";

/** What became of a connection that brought no answer. */
export type ConnectionError =
  /** Nobody listens. A vLLM that loads is bound and does not listen: it looks the same. */
  | "refused"
  /** Accepted, then closed without an answer: docker's proxy or a tunnel does this while the server behind it loads. */
  | "dropped"
  | "dns"
  | "tls"
  | "timeout"
  /** Answered, but not by HTTP that can be read. */
  | "not_http"
  | "headers_too_large";

const CODES: Readonly<Record<string, ConnectionError>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "dropped",
  EPIPE: "dropped",
  UND_ERR_SOCKET: "dropped",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "timeout",
  ENETUNREACH: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "headers_too_large",
  HPE_HEADER_OVERFLOW: "headers_too_large",
};

/** By the code of Node, OpenSSL or undici; null for one that nobody has met here. */
export function connectionErrorOf(code: string): ConnectionError | null {
  if (Object.hasOwn(CODES, code)) return CODES[code] ?? null;
  if (tlsErrorOf(code) !== null) return "tls";
  return code.startsWith("HPE_") ? "not_http" : null;
}
