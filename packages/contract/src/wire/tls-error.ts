/** What a failed handshake says. */
export interface TlsError {
  readonly meaning: string;
  /** What to do, where the code says more than that TLS failed. */
  readonly fix?: string;
}

const PREFIXES = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

/** A backend that only speaks with whom it knows. */
export const WANTS_CERTIFICATE = {
  meaning: "the server wants a client certificate",
  fix: "Give it one: client_cert and client_key in litellm_params, both PEM files that it knows the issuer of.",
} as const satisfies TlsError;

const CERTIFICATE_WANTED = /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_NO_CERTIFICATE/;

const KNOWN: readonly (readonly [code: RegExp, TlsError])[] = [
  [CERTIFICATE_WANTED, WANTS_CERTIFICATE],
  [
    /WRONG_VERSION_NUMBER|EPROTO/,
    { meaning: "the port does not speak TLS", fix: "Write http:// in api_base." },
  ],
  [
    /NO_APPLICATION_PROTOCOL/,
    {
      meaning: "the server speaks HTTP/2 alone",
      fix: "Let it, or a proxy in front of it, offer HTTP/1.1 as well.",
    },
  ],
  [
    /HAS_EXPIRED/,
    { meaning: "the certificate has expired", fix: "Renew the certificate, and look at both clocks." },
  ],
  [
    /NOT_YET_VALID/,
    { meaning: "the certificate is not valid yet", fix: "Look at both clocks: one of them is wrong." },
  ],
  [
    /ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    {
      meaning: "the certificate is for another host name",
      fix: "Write a host name in api_base that the certificate holds, or issue it for this one.",
    },
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED/,
    {
      meaning: "the certificate is signed by nobody who is trusted here",
      fix: "Give the CA's certificate to the prober and the gateway: ssl_verify: /path/to/ca.pem in litellm_params or litellm_settings.",
    },
  ],
];

/** By Node's or OpenSSL's code; null where that is not about TLS. */
export function tlsErrorOf(code: string): TlsError | null {
  if (!PREFIXES.test(code)) return null;
  return KNOWN.find(([pattern]) => pattern.test(code))?.[1] ?? { meaning: "TLS failed" };
}
