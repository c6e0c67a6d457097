import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { printDuration, tlsErrorOf, type Backend } from "@rollcall/contract";
import { tlsOptionsOf, type Secrets } from "@rollcall/runtime";
import { codeOf } from "@rollcall/prober";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";

export interface CertificateFacts {
  readonly subject: string;
  /** When it ends, in epoch milliseconds; null where none was seen. */
  readonly validTo: number | null;
  /** Why it is not trusted, or why none was seen: a code of Node's or OpenSSL's. Null where it is trusted. */
  readonly code: string | null;
  /** False: the config says not to look. */
  readonly verify: boolean;
}

interface AllCertificates {
  readonly certificates: readonly CertificateFacts[];
  readonly now: number;
}

const DAY_MS = 86_400_000;

/** ACME clients renew a month before the end, so this late nobody has. */
const SOON_MS = 14 * DAY_MS;

const TIMEOUT_MS = 5_000;

/** The certificates of backends, and those shown to them: name, chain, end. */
export const certificatesCheck: Check<AllCertificates> = {
  name: "certificates",
  gather: async ({ config, secrets, now }: Site) => ({
    certificates: (
      await Promise.all(origins(config.backends).map((backend) => certificatesOf(backend, secrets)))
    ).flat(),
    now: now(),
  }),
  judge: ({ certificates, now }) => certificates.flatMap((one) => judgeCertificate(one, now)),
};

function judgeCertificate(
  { subject, validTo, code, verify }: CertificateFacts,
  now: number,
): readonly Finding[] {
  const error = code === null ? null : tlsErrorOf(code);
  // That it does not answer is told of the backend.
  if (code !== null && error === null) return [];
  if (error !== null && verify)
    return [
      fails(subject, `${error.meaning} (${code})`, error.fix ?? "Read the backend's log of the handshake."),
    ];
  if (validTo === null) return [];
  const left = validTo - now;
  if (left <= 0)
    return [(verify ? fails : warns)(subject, "the certificate has expired", "Renew the certificate.")];
  const ends = `ends in ${printDuration(left)}`;
  if (left < SOON_MS) return [warns(subject, `the certificate ${ends}`, "Renew the certificate.")];
  if (!verify)
    return [
      warns(
        subject,
        `is not verified, as the config says; it ${ends}`,
        "Give its CA instead: ssl_verify: /path/to/ca.pem.",
      ),
    ];
  return [fine(subject, `the certificate is trusted and ${ends}`)];
}

/** One server speaks TLS in one way, whichever entry names it. */
function origins(backends: readonly Backend[]): readonly Backend[] {
  const https = backends.filter(({ base }) => base.origin.startsWith("https:"));
  return [...new Map(https.map((backend) => [backend.base.origin, backend])).values()];
}

async function certificatesOf(backend: Backend, secrets: Secrets): Promise<readonly CertificateFacts[]> {
  const shown = secrets.value(backend.tls.cert);
  const own = shown === null ? [] : [clientCertificate(backend.base.origin, shown)];
  return [await serverCertificate(backend, secrets), ...own];
}

function clientCertificate(origin: string, pem: string): CertificateFacts {
  const facts = { subject: `client_cert for ${origin}`, verify: true };
  try {
    return { ...facts, validTo: new X509Certificate(pem).validToDate.getTime(), code: null };
  } catch (error) {
    // Then no handshake comes about either, and that is told of the backend.
    return { ...facts, validTo: null, code: codeOf(error) };
  }
}

function serverCertificate({ base, tls }: Backend, secrets: Secrets): Promise<CertificateFacts> {
  const { hostname, port } = new URL(base.origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  const facts = { subject: base.origin, verify: tls.verify };
  return new Promise((resolve) => {
    // What is wrong with it is wanted, so the handshake must not end for it.
    const options = { ...tlsOptionsOf(tls, secrets), rejectUnauthorized: false, timeout: TIMEOUT_MS };
    const socket = connect({ ...options, host, port: Number(port || 443) });
    const end = (code: string | null, validTo: number | null = null) => {
      socket.destroy();
      resolve({ ...facts, code, validTo });
    };
    socket
      .once("secureConnect", () => {
        const validTo = socket.getPeerX509Certificate()?.validToDate.getTime() ?? null;
        end(socket.authorized ? null : String(socket.authorizationError), validTo);
      })
      .once("error", (error) => end(codeOf(error)))
      .once("timeout", () => end("ETIMEDOUT"));
  });
}
