import { expect, test } from "vitest";
import { isOpening, saysAborted } from "./aborted.ts";

const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;

test.each<[string, string]>([
  ["a whole answer", JSON.stringify({ choices: [{ message: { content: "" }, finish_reason: "abort" }] })],
  ["an event", event({ choices: [{ delta: {}, finish_reason: "abort" }] })],
  ["with spaces", '{"finish_reason" :  "abort"}'],
  ["after text that only sounds like it", '{"content":"\\"abort\\"","x":"abort","finish_reason":"abort"}'],
])("aborted is said by %s", (_case, text) => {
  expect(saysAborted(Buffer.from(text))).toBe(true);
});

test.each<[string, string]>([
  ["another reason", event({ choices: [{ finish_reason: "stop" }] })],
  ["text that speaks of it", event({ choices: [{ delta: { content: '"finish_reason":"abort"' } }] })],
  ["another field", '{"status":"abort"}'],
  ["a longer word", '{"finish_reason":"aborted"}'],
  ["nothing", ""],
])("aborted is not said by %s", (_case, text) => {
  expect(saysAborted(Buffer.from(text))).toBe(false);
});

test.each<[string, string, boolean]>([
  ["a role without text", event({ choices: [{ delta: { role: "assistant", content: "" } }] }), true],
  ["a role with text", event({ choices: [{ delta: { role: "assistant", content: "x" } }] }), false],
  ["text", event({ choices: [{ delta: { content: "x" } }] }), false],
  [
    "a role and then text",
    event({ choices: [{ delta: { role: "assistant", content: "" } }] }) + event({ choices: [] }),
    false,
  ],
  ["the end", "data: [DONE]\n\n", false],
  ["a comment", ": ping\n\n", false],
])("%s: is it the opening that carries nothing?", (_case, text, expected) => {
  expect(isOpening(Buffer.from(text))).toBe(expected);
});
