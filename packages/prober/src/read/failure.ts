import { connectionErrorOf, tlsErrorOf, type ConnectionError } from "@rollcall/contract";
import { absent, fault, refused, type Absent, type Fault } from "./outcome.ts";
import type { ConnectionFailure } from "./probe-response.ts";

/** The code of a probe whose time was over. */
export const PROBE_TIMEOUT = "PROBE_TIMEOUT";

/** A connection that did not come to an answer. */
export function readFailure({ code, isCut }: ConnectionFailure): Fault | Absent {
  if (code === PROBE_TIMEOUT) return READINGS.timeout(code);
  const error = connectionErrorOf(code);
  // Who has sent half an answer is there.
  if (isCut === true && error === "dropped")
    return fault("server_error", `its answer broke off before it was whole (${code})`);
  return error === null ? fault("timeout", `the connection failed (${code})`) : READINGS[error](code);
}

const READINGS: Readonly<Record<ConnectionError, (code: string) => Fault | Absent>> = {
  refused,
  dropped: (code) => absent(`accepted, then dropped without an answer (${code})`),
  dns: (code) => fault("dns", `the host name does not resolve (${code})`),
  tls: readTls,
  timeout: (code) => fault("timeout", `no answer in time (${code})`),
  not_http: (code) => fault("not_openai", `the answer is not HTTP (${code})`),
  headers_too_large: () => fault("not_openai", "the answer's headers are too large"),
};

function readTls(code: string): Fault {
  const { meaning, fix } = tlsErrorOf(code) ?? { meaning: "TLS failed" };
  return fault("tls", `${meaning} (${code})`, { fix });
}
