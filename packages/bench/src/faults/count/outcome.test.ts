import { describe, expect, it } from "vitest";
import { classify } from "./outcome.ts";
import type { Received } from "./received.ts";

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const role = event({ choices: [{ delta: { role: "assistant", content: "" }, finish_reason: null }] });
const word = event({ choices: [{ delta: { content: "hello" }, finish_reason: null }] });
const stop = event({ choices: [{ delta: {}, finish_reason: "stop" }] });
const abort = event({ choices: [{ delta: {}, finish_reason: "abort" }] });
const error = event({ error: { message: "gone", type: "server_error" } });
const done = "data: [DONE]\n\n";

const stream = (text: string, ending: Received["ending"] = "whole"): Received => ({
  stream: true,
  status: 200,
  text,
  ending,
});
const body = (text: string, ending: Received["ending"] = "whole"): Received => ({
  stream: false,
  status: 200,
  text,
  ending,
});

describe("a stream", () => {
  it.each([
    ["ends with [DONE]", stream(role + word + stop + done), "ok"],
    ["is an error status", { ...stream(""), status: 503 }, "error"],
    ["has no status at all", { ...stream("", "broken"), status: null }, "error"],
    ["begins with an error event", stream(error + done), "error"],
    ["has a head and no event", stream("", "broken"), "error"],
    ["has a head and silence", stream("", "silent"), "error"],
    ["is aborted without a word", stream(role + abort + done), "error"],
    ["ends with [DONE] and has no word in it", stream(role + stop + done), "error"],
    ["is cut, and an event says so", stream(role + word + error), "told"],
    ["is cut, and the connection breaks", stream(role + word, "broken"), "broken"],
    ["is cut in the middle of an event", stream(role + word.slice(0, 20), "broken"), "broken"],
    ["ends cleanly without [DONE]", stream(role + word), "hidden"],
    ["ends with [DONE] and without a finish_reason", stream(role + word + done), "hidden"],
    ["falls silent", stream(role + word, "silent"), "hidden"],
    ["is aborted after some words", stream(role + word + abort + done), "hidden"],
  ])("that %s", (_, received, outcome) => {
    expect(classify(received)).toBe(outcome);
  });
});

describe("an answer that is no stream", () => {
  const answer = (reason: string, content = "hello"): string =>
    JSON.stringify({ choices: [{ message: { content }, finish_reason: reason }] });

  it.each([
    ["is whole", body(answer("stop")), "ok"],
    ["is cut off", body('{"choices": [', "broken"), "broken"],
    ["is half and ends cleanly", body('{"choices": ['), "hidden"],
    ["falls silent", body("", "silent"), "hidden"],
    ["is an error under a 200", body('{"error": {"message": "no"}}'), "error"],
    ["was aborted", body(answer("abort")), "error"],
    ["has no word in it", body(answer("stop", "")), "error"],
    ["is a page", body("<html>"), "hidden"],
  ])("that %s", (_, received, outcome) => {
    expect(classify(received)).toBe(outcome);
  });
});
