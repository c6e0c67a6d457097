import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { describeResponse } from "./describe-response.ts";

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
