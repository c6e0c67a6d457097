import { array, assert, constantFrom, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { Redactor } from "./redactor.ts";

function redactor(): Redactor {
  const made = new Redactor();
  made.secret('sk-"quoted"');
  made.secret("pass word/1");
  made.secret("abc");
  for (const host of ["gpu-1", "gpu-1.example.com", "vllm", "10.0.0.7", "[fd00::7]", "localhost"])
    made.host(host);
  return made;
}

test.each<[what: string, text: string, left: string]>([
  ["a key", 'key sk-"quoted" here', "key [redacted] here"],
  ["a key in JSON", JSON.stringify({ key: 'sk-"quoted"' }), '{"key":"[redacted]"}'],
  ["a key in a URL", "?key=pass%20word%2F1", "?key=[redacted]"],
  ["what looks like a key of others", "Bearer eyJh.x-y and sk-unknown1", "[redacted] and [redacted]"],
  ["a certificate's key", "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----", "[redacted]"],
  ["what is too short for a key", "abcd", "abcd"],
  ["hosts, the longer name first", "gpu-1.example.com:8000 and GPU-1", "host-2:8000 and host-1"],
  ["a host that is part of another word", "gpu-10 and my-gpu-1", "gpu-10 and my-gpu-1"],
  [
    "a host that is called as its kind",
    '"kind":"vllm" at http://vllm:8000',
    '"kind":"vllm" at http://vllm:8000',
  ],
  [
    "loopback",
    "http://localhost:1 http://127.0.0.1:2 [::1]:3 0.0.0.0:4",
    "http://localhost:1 http://127.0.0.1:2 [::1]:3 0.0.0.0:4",
  ],
  [
    "addresses, known or not",
    "10.0.0.7:8000, 192.168.7.9, [fd00::7]:80, fd00::8",
    "host-3:8000, host-5, [host-4]:80, host-6",
  ],
  ["hosts of URLs that nobody knows", "https://me:word@elsewhere.org/v1", "https://host-5/v1"],
  [
    "times and versions stay",
    "2026-11-27T00:10:17.000Z v24.15.0 1.2.3",
    "2026-11-27T00:10:17.000Z v24.15.0 1.2.3",
  ],
  ["other names stay what they are", "http://host-1:8000", "http://host-1:8000"],
])("%s", (_what, text, left) => {
  expect(redactor().text(text)).toBe(left);
});

test("whatever stands around them, nothing that it was told of is left", () => {
  const word = constantFrom("ab", "sk", ".", "-", "x1", "(", "\\", "$", "[", "é");
  const secret = tuple(word, word, array(word, { minLength: 2 })).map((parts) => `#${parts.flat().join("")}`);
  assert(
    property(secret, string(), string(), (key, before, after) => {
      const made = new Redactor();
      made.secret(key);
      expect(made.text(`${before}${key}${after}`)).not.toContain(key);
      expect(made.text(JSON.stringify([`${before}${key}${after}`]))).not.toContain(
        JSON.stringify(key).slice(1, -1),
      );
    }),
  );
});

test.for([
  ["api-key: 0123456789abcdef", "api-key: [redacted]"],
  ['{"x-api-key":"hf_abcdefghijkl"}', '{"x-api-key":"[redacted]"}'],
  ["GET /v1/models?key=AIzaSyA&api_key=qqqq", "GET /v1/models?key=[redacted]&api_key=[redacted]"],
  ["api_key: os.environ/KEY", "api_key: os.environ/KEY"],
  ['"max_tokens":12,"tokens":5', '"max_tokens":12,"tokens":5'],
  ["getaddrinfo ENOTFOUND gpu-9.corp.example.com", "getaddrinfo ENOTFOUND host-1"],
])("%s of another config's log is %s", ([text, told]) => {
  expect(new Redactor().text(text ?? "")).toBe(told);
});
