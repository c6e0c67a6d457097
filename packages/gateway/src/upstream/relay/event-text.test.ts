import { describe, expect, test } from "vitest";
import { carriesNothing, eventStarts, readEvent } from "./event-text.ts";

test.each<[string, string, readonly string[]]>([
  ["one", "data: 1\n\n", ["data: 1\n\n"]],
  ["two", "data: 1\n\ndata: 2\n\n", ["data: 1\n\n", "data: 2\n\n"]],
  ["with other line breaks", ": x\r\n\r\ndata: 1\r\n\r\n", [": x\r\n\r\n", "data: 1\r\n\r\n"]],
  ["the last without an end", "data: 1\n\ndata: 2", ["data: 1\n\n", "data: 2"]],
  ["none", "", []],
])("events are told apart: %s", (_case, text, events) => {
  expect(Array.from(eventStarts(text), ([start, end]) => text.slice(start, end))).toEqual(events);
});

test.each<[string, string, ReturnType<typeof readEvent>]>([
  ["data alone", 'data: {"a":1}\n\n', { name: "", data: '{"a":1}' }],
  ["without a space", "data:1\n\n", { name: "", data: "1" }],
  ["named", "event: error\ndata: 1\n\n", { name: "error", data: "1" }],
  ["several lines, which are one text", "data: 1\ndata: 2\n\n", { name: "", data: "1\n2" }],
  ["other line breaks", "event: x\r\ndata: 1\r\n\r\n", { name: "x", data: "1" }],
  ["one line with another break", "data: 1\r\n\r\n", { name: "", data: "1" }],
  ["fields beside it", "id: 7\nretry: 1\n: x\ndata: 1\n\n", { name: "", data: "1" }],
  ["no end", "data: 1", { name: "", data: "1" }],
  ["empty data", "data\n\n", { name: "", data: "" }],
  ["a comment", ": ping\n\n", null],
  ["a name alone", "event: x\n\n", null],
  ["nothing", "\n\n", null],
])("an event is read: %s", (_case, text, event) => {
  expect(readEvent(text)).toEqual(event);
});

describe("a chunk carries nothing yet", () => {
  const choice = (fields: object) => ({ choices: [{ index: 0, finish_reason: null, ...fields }] });
  test.each<[string, unknown, boolean]>([
    ["a role with an empty text", choice({ delta: { role: "assistant", content: "" } }), true],
    ["a role with none", choice({ delta: { role: "assistant", content: null } }), true],
    ["an empty delta", choice({ delta: {} }), true],
    ["an empty completion", choice({ text: "" }), true],
    ["no choices", { choices: [] }, true],
    ["text", choice({ delta: { content: "x" } }), false],
    ["text of a completion", choice({ text: "x" }), false],
    ["reasoning", choice({ delta: { reasoning_content: "x" } }), false],
    ["a tool's call", choice({ delta: { tool_calls: [{ index: 0 }] } }), false],
    ["an end", choice({ delta: {}, finish_reason: "stop" }), false],
    ["one choice of two", { choices: [{ delta: {} }, { delta: { content: "x" } }] }, false],
    ["something else", { type: "response.created" }, false],
    ["no object", 7, false],
  ])("%s", (_case, value, nothing) => {
    expect(carriesNothing(value)).toBe(nothing);
  });
});
