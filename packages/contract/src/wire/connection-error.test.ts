import { expect, test } from "vitest";
import { connectionErrorOf } from "./connection-error.ts";

test.each([
  ["nobody listens", "refused", ["ECONNREFUSED"]],
  ["it was accepted and dropped", "dropped", ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]],
  ["the host has no address", "dns", ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]],
  [
    "nothing came in time, or no way leads there",
    "timeout",
    [
      "ETIMEDOUT",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "UND_ERR_CONNECT_TIMEOUT",
      "UND_ERR_HEADERS_TIMEOUT",
      "UND_ERR_BODY_TIMEOUT",
    ],
  ],
  [
    "the handshake failed",
    "tls",
    [
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "HOSTNAME_MISMATCH",
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "EPROTO",
    ],
  ],
  ["what came is not HTTP", "not_http", ["HPE_INVALID_CONSTANT", "HPE_INVALID"]],
  ["its headers are endless", "headers_too_large", ["HPE_HEADER_OVERFLOW", "UND_ERR_HEADERS_OVERFLOW"]],
  ["nobody has met it", null, ["", "UNKNOWN", "EMFILE", "toString", "__proto__"]],
] as const)("%s: %s", (_what, error, codes) => {
  expect(codes.map((code) => connectionErrorOf(code))).toEqual(codes.map(() => error));
});
