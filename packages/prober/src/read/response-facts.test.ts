import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { describeResponse, readSkew, readVersion } from "./response-facts.ts";

describe("a version", () => {
  it.each([
    ["vLLM", { version: "0.26.0" }, "0.26.0"],
    [
      "vLLM from a branch",
      { version: "0.26.1rc1.dev42+g017e9f444.cu128" },
      "0.26.1rc1.dev42+g017e9f444.cu128",
    ],
    ["vLLM's Rust frontend", { version: "0.26.0", rust_frontend_version: "0.3.1" }, "0.26.0"],
    ["Ollama", { version: "0.33.0-rc2" }, "0.33.0-rc2"],
  ])("is read: %s", (_who, body, version) => {
    expect(readVersion(response(200, body))).toBe(version);
    expect(readVersion(response(200, JSON.stringify(body, null, 2)))).toBe(version);
  });

  it.each([
    ["no answer", failure("PROBE_TIMEOUT")],
    ["no such route", response(404, { version: "0.26.0" })],
    ["a number", response(200, { version: 26 })],
    ["an empty one", response(200, { version: "" })],
    ["one too long to be one", response(200, { version: "9".repeat(65) })],
    ["one with something else in it", response(200, { version: "0.26 <script>" })],
    ["one far down a long page", response(200, `${" ".repeat(5_000)}{"version":"0.26.0"}`)],
    ["HTML", response(200, "<html>version</html>")],
  ])("is none: %s", (_what, answer) => {
    expect(readVersion(answer)).toBeNull();
  });
});

const NOW = Date.parse("2026-08-17T12:00:00Z");

it.each([
  ["the same time", "Mon, 17 Aug 2026 12:00:00 GMT", 0],
  ["a minute ahead", "Mon, 17 Aug 2026 12:01:00 GMT", 60_000],
  ["a day behind", "Sun, 16 Aug 2026 12:00:00 GMT", -86_400_000],
  ["no date at all", "soon", null],
  ["an empty one", "", null],
])("a server's clock is read from its date header: %s", (_what, date, skewMs) => {
  expect(readSkew(response(200, "", { date }), NOW)).toBe(skewMs);
});

it("a server that sends no date, or nothing, tells nothing", () => {
  expect(readSkew(response(200), NOW)).toBeNull();
  expect(readSkew(failure("ECONNREFUSED"), NOW)).toBeNull();
});

const json = { "content-type": "application/json; charset=utf-8" };

describe("an answer in a few words", () => {
  it.each([
    [
      "its status, type, size and time",
      response(200, '{"a":1}', json),
      "200 application/json, 7 characters, 1 ms",
    ],
    ["no type", response(503), "503 no content type, 0 characters, 1 ms"],
    [
      "no size where it was cut",
      { ...response(200, "", json), truncated: true },
      "200 application/json, more than is read, 1 ms",
    ],
    [
      "whole milliseconds",
      { ...response(200), durationMs: 41.7 },
      "200 no content type, 0 characters, 42 ms",
    ],
    ["the code of a failure", failure("ECONNREFUSED"), "no answer (ECONNREFUSED) after 1 ms"],
  ])("has %s", (_what, answer, words) => {
    expect(describeResponse(answer)).toBe(words);
  });

  it("has nothing of the body, and of a type no more than a type is long", () => {
    const hostile = response(200, "secret", { "content-type": "x".repeat(9_000) });
    expect(describeResponse(hostile)).toBe(`200 ${"x".repeat(64)}, 6 characters, 1 ms`);
  });
});
