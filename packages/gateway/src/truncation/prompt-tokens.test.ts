import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findPromptTokens } from "./prompt-tokens.ts";

const find = (text: string) => findPromptTokens(Buffer.from(text));

test.each<[string, string, number | null]>([
  ["vLLM's", '{"usage":{"prompt_tokens":4096,"total_tokens":4097},"prompt_logprobs":null}', 4_096],
  ["llama.cpp's, followed by timings", '{"usage":{"completion_tokens":1,"prompt_tokens":9},"timings":{}}', 9],
  ["printed with spaces", '{"usage": {"prompt_tokens": 12 , "total_tokens": 13}}', 12],
  ["as the last of the object", '{"usage":{"prompt_tokens":12}}', 12],
  ["an event", 'data: {"choices":[],"usage":{"prompt_tokens":7,"total_tokens":8}}\n\ndata: [DONE]\n\n', 7],
  ["none", '{"choices":[]}', null],
  ["null", '{"usage":{"prompt_tokens":null}}', null],
  ["a text", '{"usage":{"prompt_tokens":"7"}}', null],
  ["no whole number", '{"usage":{"prompt_tokens":7.5}}', null],
  ["cut off", '{"usage":{"prompt_tokens":70', null],
  ["only its details", '{"usage":{"prompt_tokens_details":{"cached_tokens":3}}}', null],
])("%s", (_case, text, expected) => {
  expect(find(text)).toBe(expected);
});

test("whatever an answer says, only its usage counts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), fc.nat(), (content, tokens, other) => {
      const text = `${content}"usage":{"prompt_tokens":${other},`;
      const choices = [{ message: { content: text } }];
      expect(find(JSON.stringify({ choices, usage: { prompt_tokens: tokens } }))).toBe(tokens);
      expect(find(JSON.stringify({ choices }))).toBe(null);
    }),
  );
});
