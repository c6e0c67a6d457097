import { expect, test } from "vitest";
import { measurePrompt } from "./prompt-text.ts";

const user = (content: unknown) => ({ role: "user", content });

test.each<[string, unknown, { bytes: number; texts: number }]>([
  ["a text", "four", { bytes: 4, texts: 1 }],
  ["texts, read apart", ["one", "two"], { bytes: 6, texts: 2 }],
  ["token ids", [1, 2, 3], { bytes: 0, texts: 1 }],
  ["nothing", [], { bytes: 0, texts: 1 }],
  ["null", null, { bytes: 0, texts: 1 }],
  ["messages, read as one", [user("Hi"), { role: "assistant", content: "你好" }], { bytes: 8, texts: 1 }],
  ["parts of text", [user([{ type: "text", text: "one" }, "two"])], { bytes: 6, texts: 1 }],
  [
    "an image",
    [user([{ type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(9_000)}` } }])],
    { bytes: 0, texts: 1 },
  ],
  [
    "sound",
    [user([{ type: "input_audio", input_audio: { data: "A".repeat(9_000), format: "wav" } }])],
    { bytes: 0, texts: 1 },
  ],
  [
    "a call of a tool",
    [
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
      },
    ],
    { bytes: 7, texts: 1 },
  ],
  [
    "thoughts of earlier turns",
    [{ role: "assistant", reasoning_content: "long", content: "<think>\nlong\n</think>So." }],
    { bytes: 3, texts: 1 },
  ],
  ["rules and indentation", `a${"-".repeat(80)}\n${" ".repeat(40)}b`, { bytes: 9, texts: 1 }],
  ["a box that is drawn", "─".repeat(80), { bytes: 9, texts: 1 }],
  ["a sign of two units", "😀", { bytes: 4, texts: 1 }],
  ["a thought without an end", "<think>So", { bytes: 9, texts: 1 }],
  ["a word that is stretched", "aaaaaaaa", { bytes: 8, texts: 1 }],
])("%s", (_case, prompt, expected) => {
  expect(measurePrompt(prompt)).toEqual(expected);
});
