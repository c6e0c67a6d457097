import { PLAIN_TLS, type SecretRef } from "@rollcall/contract";
import { expect, test } from "vitest";
import { tlsOptionsOf } from "./tls-options.ts";

const pem = (path: string): SecretRef => ({ from: "pem", path });
const secrets = { value: (ref: SecretRef) => (ref.from === "pem" ? `text of ${ref.path}` : null) };

test.each([
  ["nothing where it is spoken in the ordinary way", {}, {}],
  ["not to look at the certificate", { verify: false }, { rejectUnauthorized: false }],
  ["the authorities to trust", { ca: pem("ca") }, { ca: "text of ca" }],
  ["a certificate with its key", { cert: pem("c"), key: pem("k") }, { cert: "text of c", key: "text of k" }],
  ["a certificate that has its key with it", { cert: pem("c") }, { cert: "text of c", key: "text of c" }],
])("Node is told %s", (_what, differs, options) => {
  expect(tlsOptionsOf({ ...PLAIN_TLS, ...differs }, secrets)).toEqual(options);
});
