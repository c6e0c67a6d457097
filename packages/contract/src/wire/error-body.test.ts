import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readErrorBody } from "./error-body.ts";

test.each<[string, unknown, ReturnType<typeof readErrorBody>]>([
  [
    "nested, with a number for a code",
    { error: { message: "m", type: "NotFoundError", param: "model", code: 404 } },
    { message: "m", type: "NotFoundError", param: "model", code: null },
  ],
  [
    "nested, with a text for a code",
    { error: { message: "m", type: "invalid_request_error", param: null, code: "model_not_found" } },
    { message: "m", type: "invalid_request_error", param: null, code: "model_not_found" },
  ],
  [
    "flat",
    { object: "error", message: "m", type: "NotFoundError", param: null, code: 404 },
    { message: "m", type: "NotFoundError", param: null, code: null },
  ],
  [
    "flat within nested, as in old streams",
    { error: { object: "error", message: "m", type: "BadRequestError", param: null, code: 400 } },
    { message: "m", type: "BadRequestError", param: null, code: null },
  ],
  [
    "of another route: type and error",
    { type: "error", error: { type: "not_found_error", message: "m" } },
    { message: "m", type: "not_found_error", param: null, code: null },
  ],
  ["a string", { error: "Unauthorized" }, { message: "Unauthorized", type: "", param: null, code: null }],
  [
    "a string with a type beside it",
    { error: "Model is overloaded", error_type: "overloaded" },
    { message: "Model is overloaded", type: "", param: null, code: null },
  ],
  ["a framework's", { detail: "Not Found" }, { message: "Not Found", type: "", param: null, code: null }],
  [
    "an empty message",
    { error: { message: "", type: "EngineGenerateError", code: 500 } },
    { message: "", type: "EngineGenerateError", param: null, code: null },
  ],
  [
    "flat without its object, as TEI's",
    { message: "Model is overloaded", code: 429, type: "Overloaded" },
    { message: "Model is overloaded", type: "Overloaded", param: null, code: null },
  ],
  ["only a message", { error: { message: "m" } }, { message: "m", type: "", param: null, code: null }],
])("an error body is read: %s", (_case, body, expected) => {
  expect(readErrorBody(JSON.stringify(body))).toEqual(expected);
});

test.each([
  ["", "nothing"],
  ["<html><h1>502 Bad Gateway</h1></html>", "HTML"],
  ["no healthy upstream", "text"],
  ["null", "null"],
  ["[]", "a list"],
  ['"error"', "a string"],
  ["12", "a number"],
  ['{"error":null}', "no error"],
  ['{"error":{"code":500}}', "an error without a message"],
  ['{"error":{"message":null}}', "a message that is no text"],
  ['{"message":"m","code":500}', "a message alone"],
  ['{"object":"list","message":"m","type":"t"}', "another object"],
  ['{"detail":[{"loc":["body"]}]}', "a list of details"],
  ['{"error":{"message":"m"}', "truncated JSON"],
])("%s is none: %s", (text) => {
  expect(readErrorBody(text)).toBe(null);
});

test("whatever the text, reading does not throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.record({ error: fc.jsonValue() }).map((one) => JSON.stringify(one)),
      ),
      (text) => {
        const body = readErrorBody(text);
        expect(typeof (body?.message ?? "")).toBe("string");
      },
    ),
  );
});
