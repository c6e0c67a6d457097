import { expect, test } from "vitest";
import type { Reason } from "@rollcall/contract";
import { classifyConnection } from "./classify-connection.ts";
import { ProtocolError } from "./http1/protocol-error.ts";

const withCode = (code: string) => ({ code, unsent: false });

test.each<[string, Reason]>([
  ["ECONNREFUSED", "down"],
  ["ECONNRESET", "down"],
  ["EPIPE", "down"],
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["ETIMEDOUT", "timeout"],
  ["EHOSTUNREACH", "timeout"],
  ["ENETUNREACH", "timeout"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["CERT_NOT_YET_VALID", "tls"],
  ["EPROTO", "tls"],
  ["SOMETHING_NEW", "down"],
])("%s means %s, may be tried elsewhere, and is no certainty", (code, reason) => {
  const failure = classifyConnection(withCode(code));
  expect(failure).toMatchObject({ reason, retryable: true, isDefinite: false, answer: null });
});

test("an answer that is no HTTP is somebody else's", () => {
  expect(classifyConnection(new ProtocolError("no status line")).reason).toBe("proxy_error");
});

test("a connection that failed without any code is down", () => {
  expect(classifyConnection(withCode("")).reason).toBe("down");
});

test.each([true, false])("whether the request can have reached the backend is kept: unsent %j", (unsent) => {
  for (const code of ["ECONNREFUSED", "CERT_HAS_EXPIRED", "ETIMEDOUT"])
    expect(classifyConnection({ code, unsent }).unsent).toBe(unsent);
});

test("a time to connect that ran out is said to be that one", () => {
  expect(classifyConnection(withCode("ETIMEDOUT")).timeout).toBe("connect");
});
