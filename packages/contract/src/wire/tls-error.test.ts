import { expect, test } from "vitest";
import { tlsErrorOf } from "./tls-error.ts";

test.each([
  ["ERR_SSL_WRONG_VERSION_NUMBER", /does not speak TLS/, /http:/],
  ["EPROTO", /does not speak TLS/, /http:/],
  ["CERT_HAS_EXPIRED", /has expired/, /Renew/],
  ["CERT_NOT_YET_VALID", /not valid yet/, /clocks/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /another host name/, /host name in api_base/],
  ["HOSTNAME_MISMATCH", /another host name/, /host name in api_base/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /nobody who is trusted/, /ssl_verify/],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /nobody who is trusted/, /ssl_verify/],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /wants a client certificate/, /client_cert/],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", /wants a client certificate/, /client_cert/],
  ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", /HTTP\/2 alone/, /HTTP\/1\.1/],
  ["CERT_UNTRUSTED", /nobody who is trusted/, /ssl_verify/],
])("%s means something and says what to do", (code, meaning, fix) => {
  expect(tlsErrorOf(code)).toEqual({
    meaning: expect.stringMatching(meaning),
    fix: expect.stringMatching(fix),
  });
});

test("another failure of TLS is told without a remedy", () => {
  expect(tlsErrorOf("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE")).toEqual({ meaning: "TLS failed" });
});

test.each(["ECONNREFUSED", "ENOTFOUND", "", "MY_CERT_HAS_EXPIRED"])("%s is not about TLS", (code) => {
  expect(tlsErrorOf(code)).toBe(null);
});
