import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import {
  bitString,
  element,
  integer,
  objectIdentifier,
  OCTET_STRING,
  sequence,
  SET,
  UTF8_STRING,
  utcTime,
} from "./der.ts";

/** `self-signed` is right for 127.0.0.1 and localhost, and only not trusted; the others are wrong as well. */
export type CertificateKind = "self-signed" | "expired" | "not-yet-valid" | "other-name";

export const CERTIFICATE_KINDS: readonly CertificateKind[] = [
  "self-signed",
  "expired",
  "not-yet-valid",
  "other-name",
];

/** PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days from now: valid from, valid to. */
const VALIDITY: Readonly<Record<CertificateKind, readonly [number, number]>> = {
  "self-signed": [-1, 365],
  expired: [-30, -1],
  "not-yet-valid": [1, 365],
  "other-name": [-1, 365],
};

const ECDSA_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALT_NAME = "2.5.29.17";

/** A new certificate that signs itself. Node can sign, but not write one: that is done here. */
export function selfSigned(kind: CertificateKind, now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = kind === "other-name";
  const [from, to] = VALIDITY[kind];
  const algorithm = sequence(objectIdentifier(ECDSA_SHA256));
  const name = distinguishedName(other ? "other.example" : "localhost");
  const facts = sequence(
    element(0xa0, integer(2)),
    integer(1, ...randomBytes(15)),
    algorithm,
    name,
    sequence(utcTime(now + from * DAY_MS), utcTime(now + to * DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    element(0xa3, sequence(alternativeNames(other))),
  );
  const cert = sequence(facts, algorithm, bitString(sign("sha256", facts, privateKey)));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert: pem(cert) };
}

function distinguishedName(name: string): Buffer {
  const part = sequence(objectIdentifier(COMMON_NAME), element(UTF8_STRING, Buffer.from(name)));
  return sequence(element(SET, part));
}

function alternativeNames(other: boolean): Buffer {
  const loopback = element(0x87, Buffer.from([127, 0, 0, 1]));
  const names = other ? sequence(dns("other.example")) : sequence(dns("localhost"), loopback);
  return sequence(objectIdentifier(SUBJECT_ALT_NAME), element(OCTET_STRING, names));
}

function dns(name: string): Buffer {
  return element(0x82, Buffer.from(name));
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
