import { absent, fault, type Absent, type Fault } from "./outcome.ts";
import type { ConnectionFailure } from "./probe-response.ts";

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
export function readFailure({ code }: ConnectionFailure): Fault | Absent {
  if (code === "ECONNREFUSED") return absent("connection refused");
  if (DROPPED.has(code)) return absent(`accepted, then dropped without an answer (${code})`);
  if (DNS.has(code)) return fault("dns", `the host name does not resolve (${code})`);
  if (TLS.test(code)) return readTls(code);
  if (TIMEOUT.has(code)) return fault("timeout", `no answer in time (${code})`);
  if (code.startsWith("HPE_")) return fault("not_openai", `the answer is not HTTP (${code})`);
  if (code === "UND_ERR_HEADERS_OVERFLOW") return fault("not_openai", "the answer's headers are too large");
  return fault("timeout", `the connection failed (${code})`);
}

/** What a failed handshake says and what to do about it, by Node's code. */
const TLS_FIXES: readonly (readonly [code: RegExp, meaning: string, fix: string])[] = [
  [/WRONG_VERSION_NUMBER|EPROTO/, "the port does not speak TLS", "Write http:// in api_base."],
  [/HAS_EXPIRED/, "the certificate has expired", "Renew the certificate, and look at both clocks."],
  [/NOT_YET_VALID/, "the certificate is not valid yet", "Look at both clocks: one of them is wrong."],
  [
    /ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    "the certificate is for another host name",
    "Write a host name in api_base that the certificate holds, or issue it for this one.",
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED/,
    "the certificate is signed by nobody who is trusted here",
    "Give the CA's certificate to the prober and the gateway: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.",
  ],
];

function readTls(code: string): Fault {
  const known = TLS_FIXES.find(([pattern]) => pattern.test(code));
  if (known === undefined) return fault("tls", `TLS failed (${code})`);
  return fault("tls", `${known[1]} (${code})`, { fix: known[2] });
}
