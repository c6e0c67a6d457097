/** What a failed handshake says. */
export interface TlsError {
  readonly meaning: string;
  /** What to do, where the code says more than that TLS failed. */
  readonly fix?: string;
}

const PREFIXES = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

const KNOWN: readonly (readonly [code: RegExp, TlsError])[] = [
  [
    /WRONG_VERSION_NUMBER|EPROTO/,
    { meaning: "the port does not speak TLS", fix: "Write http:// in api_base." },
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
      fix: "Give the CA's certificate to the prober and the gateway: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.",
    },
  ],
];

/** By Node's or OpenSSL's code; null where that is not about TLS. */
export function tlsErrorOf(code: string): TlsError | null {
  if (!PREFIXES.test(code)) return null;
  return KNOWN.find(([pattern]) => pattern.test(code))?.[1] ?? { meaning: "TLS failed" };
}
