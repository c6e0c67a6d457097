import { expect, test } from "vitest";
import type { Reason } from "@rollcall/contract";
import { classifyConnection } from "./classify.ts";
import { AnswerFault } from "./http1/answer-head.ts";

const withCode = (code: string) => Object.assign(new Error("failed"), { code });

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
  expect(failure).toMatchObject({ reason, retryable: true, definite: false, answer: null });
});

test("an answer that is no HTTP is somebody else's", () => {
  expect(classifyConnection(new AnswerFault("no status line")).reason).toBe("proxy_error");
});

test("the code of a cause counts where the error itself has none", () => {
  const fault = new Error("fetch failed", { cause: new Error("connect", { cause: withCode("ENOTFOUND") }) });
  expect(classifyConnection(fault).reason).toBe("dns");
});

test("an error without any code is a connection that failed", () => {
  expect(classifyConnection(new Error("an event has no end")).reason).toBe("down");
});

test("the error's own text, which may name hosts, goes no further", () => {
  const failure = classifyConnection(new Error("connect ECONNREFUSED 10.0.0.1:8000"));
  expect(failure.message).toBe("down");
});
