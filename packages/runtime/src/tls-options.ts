import type { BackendTls } from "@rollcall/contract";
import type { Secrets } from "./secrets.ts";

/** What Node's `tls.connect` is told of a backend, beside where it is. */
export interface TlsOptions {
  readonly rejectUnauthorized?: false;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export function tlsOptionsOf(tls: BackendTls, secrets: Pick<Secrets, "value">): TlsOptions {
  const [ca, cert, key] = [tls.ca, tls.cert, tls.key].map((ref) => secrets.value(ref));
  return {
    ...(!tls.verify && { rejectUnauthorized: false as const }),
    ...(typeof ca === "string" && { ca }),
    ...(typeof cert === "string" && { cert, key: key ?? cert }),
  };
}
