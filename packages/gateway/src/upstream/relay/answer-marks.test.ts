import { ENDPOINTS } from "@rollcall/contract";
import { expect, test } from "vitest";
import { compileMarks, endOfText, finishIn, type Finish } from "./answer-marks.ts";

const KEY = Buffer.from('"finish_reason"');
const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
const choice = (fields: object) => event({ choices: [{ delta: {}, ...fields }] });

test.each<[string, string, Finish]>([
  ["a whole answer", JSON.stringify({ choices: [{ message: {}, finish_reason: "abort" }] }), "aborted"],
  ["an event", choice({ finish_reason: "abort" }), "aborted"],
  ["an abort with spaces", '{"finish_reason" :  "abort"}', "aborted"],
  [
    "an abort after text that only sounds like it",
    '{"content":"\\"abort\\"","x":"abort","finish_reason":"abort"}',
    "aborted",
  ],
  [
    "an abort beside an end",
    choice({ finish_reason: "stop" }) + choice({ finish_reason: "abort" }),
    "aborted",
  ],
  ["an end", choice({ finish_reason: "stop" }), "finished"],
  ["an end with spaces", '{"finish_reason" :\n "length"}', "finished"],
  [
    "an end after events without",
    choice({ finish_reason: null }) + choice({ finish_reason: "stop" }),
    "finished",
  ],
  ["a longer word", '{"finish_reason":"aborted"}', "finished"],
  ["null", choice({ finish_reason: null }), "open"],
  ["null with spaces", '{"finish_reason" : null}', "open"],
  ["an empty text", choice({ finish_reason: "" }), "open"],
  ["text that speaks of it", choice({ content: '"finish_reason":"abort"' }), "open"],
  ["another field", '{"status":"abort"}', "open"],
  ["the key as a value", '{"x":"finish_reason","y":"stop"}', "open"],
  ["the key at the end of all", '{"finish_reason"', "open"],
  ["the colon at the end of all", '{"finish_reason":', "open"],
  ["nothing", "", "open"],
])("%s", (_case, text, finish) => {
  expect(finishIn(Buffer.from(text), KEY)).toBe(finish);
});

test("white space at the end is none of the text", () => {
  expect(endOfText(Buffer.from("[DONE]\r\n\r\n"))).toBe(6);
  expect(endOfText(Buffer.from(" \n"))).toBe(0);
});

test("every endpoint that streams says by what a stream is whole", () => {
  for (const endpoint of ENDPOINTS.filter(({ response: { events } }) => events !== null)) {
    const { finish, terminals, terminalNames } = compileMarks(endpoint);
    expect(finish !== null || terminals.length > 0 || terminalNames.length > 0).toBe(true);
  }
});
