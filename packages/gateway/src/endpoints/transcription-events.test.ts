import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TranscriptionEvents } from "./transcription-events.ts";

const event = (data: object | string) =>
  `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const chunk = (content: string | null, rest: object = {}) =>
  event({
    id: "trsc-1",
    object: "transcription.chunk",
    created: 1,
    model: "upstream-name",
    choices: [{ delta: { content }, finish_reason: null }],
    ...rest,
  });
const delta = (text: string) => event({ type: "transcript.text.delta", delta: text });
const done = (text: string, rest: object = {}) => event({ type: "transcript.text.done", text, ...rest });
const DONE = event("[DONE]");
const USAGE = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 };

function told(...pieces: readonly string[]): string {
  const events = new TranscriptionEvents();
  const parts = pieces.flatMap((piece) => events.push(Buffer.from(piece)));
  return Buffer.concat([...parts, events.flush()]).toString();
}

test.each<[string, readonly string[], string]>([
  [
    "vLLM's chunks",
    [chunk("Hello"), chunk(" you"), DONE],
    delta("Hello") + delta(" you") + done("Hello you"),
  ],
  ["several at once", [chunk("a") + chunk("b") + DONE], delta("a") + delta("b") + done("ab")],
  ["text beyond ASCII", [chunk("naïve 東京 🎧"), DONE], delta("naïve 東京 🎧") + done("naïve 東京 🎧")],
  ["an end without text of its own", [chunk("a"), chunk(""), chunk(null), DONE], delta("a") + done("a")],
  [
    "the usage of the last chunk",
    [chunk("a"), chunk("", { choices: [], usage: USAGE }), DONE],
    delta("a") + done("a", { usage: { type: "tokens", input_tokens: 4, output_tokens: 2, total_tokens: 6 } }),
  ],
  ["silence", [chunk(""), DONE], done("")],
  ["lines that end as in DOS", [chunk("a").replaceAll("\n", "\r\n"), DONE], delta("a") + done("a")],
])("%s become OpenAI's events", (_what, sent, expected) => {
  expect(told(...sent)).toBe(expected);
});

test.each([
  ["OpenAI's own events", delta("a transcription.chunk") + done("a")],
  ["comments", ": ping\n\n"],
  ["a `[DONE]` behind what is no chunk", event({ text: "a" }) + DONE],
  ["what is no JSON", event("transcription.chunk")],
  ["an error", event({ error: { message: "no transcription.chunk" } })],
])("%s stay as they are", (_what, sent) => {
  expect(told(sent)).toBe(sent);
});

test("whatever the words and however the events come together, the deltas make the text of the end", () => {
  const groups = fc.array(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(groups, (words) => {
      const pieces = words.map((some) => some.map((word) => chunk(word)).join(""));
      const events = told(chunk(""), ...pieces, DONE)
        .trimEnd()
        .split("\n\n")
        .map((one) => JSON.parse(one.slice("data: ".length)));
      const text = words.flat().join("");
      expect(events.at(-1)).toEqual({ type: "transcript.text.done", text });
      const deltas = events.slice(0, -1);
      expect(deltas.every(({ type }) => type === "transcript.text.delta")).toBe(true);
      expect(deltas.map((one) => one.delta).join("")).toBe(text);
    }),
  );
});
