import type { Environment } from "./environment.ts";
import { NO_SECRET, type SecretRef } from "./secret-ref.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

/** How a backend's TLS is spoken. Files are PEM, followed like keys. */
export interface BackendTls {
  /** False: any certificate is taken. */
  readonly verify: boolean;
  /** The authorities that are trusted instead of the public ones. */
  readonly ca: SecretRef;
  /** What the backend is shown, where it wants a client certificate. */
  readonly cert: SecretRef;
  /** Its key; where there is none, it stands in the file of the certificate. */
  readonly key: SecretRef;
}

export const PLAIN_TLS: BackendTls = { verify: true, ca: NO_SECRET, cert: NO_SECRET, key: NO_SECRET };

/** An entry's own words before those for all, as LiteLLM has it; `SSL_CERT_FILE` where neither says anything. */
export function readBackendTls(
  { ssl_verify: own, client_cert, client_key }: WrittenDeployment["litellm_params"],
  { litellm_settings: all }: WrittenConfig,
  env: Environment,
): BackendTls {
  const verify = own ?? all?.ssl_verify ?? true;
  const word = String(verify).toLowerCase();
  const isPath = word !== "true" && word !== "false";
  return {
    verify: word !== "false",
    ca: pem(isPath ? String(verify) : word === "true" ? env["SSL_CERT_FILE"] : undefined),
    cert: pem(client_cert ?? all?.ssl_certificate),
    key: pem(client_key),
  };
}

function pem(path: string | undefined): SecretRef {
  return path === undefined || path === "" ? NO_SECRET : { from: "pem", path };
}
