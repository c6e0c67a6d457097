import { describe, expect, it } from "vitest";
import { failure } from "../../test/answers.ts";
import { readFailure } from "./failure.ts";

describe("a connection that did not come to an answer", () => {
  it("is absence when it was refused, since a loading vLLM is bound and does not listen", () => {
    expect(readFailure(failure("ECONNREFUSED"))).toEqual({
      kind: "absent",
      detail: "connection refused",
      isRefused: true,
      saysLoading: false,
    });
  });

  it.each(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])(
    "is absence when it was accepted and dropped (%s), as docker's port does while the server loads",
    (code) => {
      const outcome = readFailure(failure(code));
      expect(outcome.kind).toBe("absent");
      expect(outcome).toHaveProperty("detail", expect.stringContaining(code));
    },
  );

  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["EAI_FAIL", "dns"],
    ["EAI_NODATA", "dns"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["CERT_NOT_YET_VALID", "tls"],
    ["EPROTO", "tls"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["UND_ERR_HEADERS_TIMEOUT", "timeout"],
    ["UND_ERR_BODY_TIMEOUT", "timeout"],
    ["PROBE_TIMEOUT", "timeout"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "timeout"],
    ["ENETUNREACH", "timeout"],
    ["HPE_INVALID_CONSTANT", "not_openai"],
    ["HPE_INVALID_HEADER_TOKEN", "not_openai"],
    ["UND_ERR_HEADERS_OVERFLOW", "not_openai"],
    ["EMFILE", "timeout"],
    ["UNKNOWN", "timeout"],
  ])("%s is %s, and its code is told where it says more", (code, reason) => {
    const outcome = readFailure(failure(code));
    expect(outcome).toMatchObject({ kind: "fault", reason, nameMatches: null, found: [] });
    const told = code === "UND_ERR_HEADERS_OVERFLOW" ? "headers are too large" : code;
    expect(outcome).toHaveProperty("detail", expect.stringContaining(told));
  });
});

describe("a handshake that failed", () => {
  it.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", "the port does not speak TLS", "Write http:// in api_base."],
    ["EPROTO", "the port does not speak TLS", "Write http:// in api_base."],
    ["CERT_HAS_EXPIRED", "the certificate has expired", "Renew the certificate"],
    ["CERT_NOT_YET_VALID", "the certificate is not valid yet", "both clocks"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "the certificate is for another host name", "Write a host name"],
    ["HOSTNAME_MISMATCH", "the certificate is for another host name", "Write a host name"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "signed by nobody who is trusted here", "ssl_verify"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "signed by nobody who is trusted here", "ssl_verify"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "signed by nobody who is trusted here", "ssl_verify"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "signed by nobody who is trusted here", "ssl_verify"],
    ["CERT_UNTRUSTED", "signed by nobody who is trusted here", "ssl_verify"],
  ])("with %s says: %s", (code, meaning, fix) => {
    expect(readFailure(failure(code))).toMatchObject({
      reason: "tls",
      detail: expect.stringContaining(meaning),
      fix: expect.stringContaining(fix),
    });
  });

  it.each(["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "CERT_REVOKED"])(
    "for a reason of which no fix is known leaves the fix to its reason: %s",
    (code) => {
      const outcome = readFailure(failure(code));
      expect(outcome).toMatchObject({ reason: "tls", detail: `TLS failed (${code})` });
      expect(outcome).not.toHaveProperty("fix");
    },
  );
});
