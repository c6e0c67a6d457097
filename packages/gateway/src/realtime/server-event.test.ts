import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBareGreeting, restateEvent } from "./server-event.ts";

const names = { alias: "voice", upstream: "org/model" };
const restate = (text: string) => restateEvent(Buffer.from(text), names).toString("utf8");

test.each<[string, string, string]>([
  [
    "the session's model",
    '{"type":"x", "session":{"model":"org/model"}}',
    '{"type":"x", "session":{"model":"voice"}}',
  ],
  [
    "no model elsewhere",
    '{"model":"org/model","a":{"session":{"model":"m"}}}',
    '{"model":"org/model","a":{"session":{"model":"m"}}}',
  ],
  [
    "vLLM's error",
    '{"type":"error","error":"bad org/model","code":"invalid_audio"}',
    '{"type":"error","error":{"message":"bad voice","type":"invalid_request_error","param":null,"code":"invalid_audio"}}',
  ],
  [
    "vLLM's error without a code",
    '{"type":"error","error":"bad"}',
    '{"type":"error","error":{"message":"bad","type":"invalid_request_error","param":null,"code":null}}',
  ],
  [
    "vLLM's error without words",
    '{"type":"error","error":"","code":"processing_error"}',
    '{"type":"error","error":{"message":"The server reported an error.","type":"server_error","param":null,"code":"processing_error"}}',
  ],
  ["an error of another shape", '{"type":"error","error":7}', '{"type":"error","error":7}'],
  [
    "another event with an error in it",
    '{"type":"x.failed","error":{"message":"org/model"}}',
    '{"type":"x.failed","error":{"message":"org/model"}}',
  ],
  ["no JSON", '{"type":"error","error":"org/model', '{"type":"error","error":"org/model'],
])("%s", (_case, text, expected) => {
  expect(restate(text)).toBe(expected);
});

test("a greeting is bare that has no session", () => {
  expect(isBareGreeting(Buffer.from('{"type":"session.created","id":"s"}'))).toBe(true);
  expect(isBareGreeting(Buffer.from('{"type":"session.created","session":{}}'))).toBe(false);
  expect(isBareGreeting(Buffer.from('{"type":"error"}'))).toBe(false);
  expect(isBareGreeting(Buffer.from("hello"))).toBe(false);
});

describe("any event", () => {
  const event = fc
    .dictionary(fc.string(), fc.jsonValue())
    .filter((one) => one["type"] !== "error" && !("session" in one));

  test("is the same bytes on the other side, where it has no session", () => {
    fc.assert(
      fc.property(event, (one) => {
        const text = JSON.stringify(one);
        expect(restate(text)).toBe(text);
      }),
    );
  });

  test("has the alias in its session, and all else as it was", () => {
    fc.assert(
      fc.property(event, fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (one, session, model) => {
        const text = JSON.stringify({ ...one, session: { ...session, model } });
        const { session: restated, ...others } = JSON.parse(restate(text));
        expect(restated).toEqual({ ...JSON.parse(JSON.stringify(session)), model: "voice" });
        expect(others).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });
});
