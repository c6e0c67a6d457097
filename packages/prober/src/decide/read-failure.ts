import { absent, fault, type Outcome } from "./outcome.ts";
import type { Failure } from "./answer.ts";

const DNS = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);

/** Accepted and dropped without an answer: docker's proxy or a tunnel does this while the server behind it loads. */
const DROPPED = new Set(["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"]);

const TIMEOUT = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "PROBE_TIMEOUT",
]);

const TLS = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

/** A connection that did not come to an answer. The codes are Node's and undici's, seen on loopback. */
export function readFailure({ code }: Failure): Outcome {
  if (code === "ECONNREFUSED") return absent("connection refused");
  if (DROPPED.has(code)) return absent(`accepted, then dropped without an answer (${code})`);
  if (DNS.has(code)) return fault("dns", `the host name does not resolve (${code})`);
  if (TLS.test(code)) return fault("tls", `TLS failed (${code})`);
  if (TIMEOUT.has(code)) return fault("timeout", `no answer in time (${code})`);
  if (code.startsWith("HPE_")) return fault("not_openai", `the answer is not HTTP (${code})`);
  if (code === "UND_ERR_HEADERS_OVERFLOW") return fault("not_openai", "the answer's headers are too large");
  return fault("timeout", `the connection failed (${code})`);
}
