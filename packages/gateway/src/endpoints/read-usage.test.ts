import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readUsage } from "./read-usage.ts";

const NONE = { input: null, output: null, cached: null, reasoning: null };

const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

test.for<[string, unknown, object | null]>([
  [
    "vLLM's chat",
    {
      choices: [],
      usage: { prompt_tokens: 4, total_tokens: 12, completion_tokens: 8, prompt_tokens_details: null },
    },
    { ...NONE, input: 4, output: 8 },
  ],
  [
    "what was read from a cache, and what was thought",
    {
      usage: {
        completion_tokens: 8,
        prompt_tokens: 25,
        total_tokens: 33,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    },
    { input: 25, output: 8, cached: 20, reasoning: 5 },
  ],
  [
    "a response's",
    {
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 4, input_tokens_per_turn: [] },
        output_tokens: 3,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 12,
      },
    },
    { input: 9, output: 3, cached: 4, reasoning: 1 },
  ],
  [
    "Anthropic's, whose input leaves out what a cache was asked about",
    {
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 2,
        output_tokens: 4,
      },
    },
    { input: 27, output: 4, cached: 20, reasoning: null },
  ],
  ["embeddings", { usage: { prompt_tokens: 6, total_tokens: 6 } }, { ...NONE, input: 6 }],
  ["a rerank of a total alone", { usage: { total_tokens: 7 } }, { ...NONE, input: 7 }],
  [
    "an event",
    'data: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":8}}\n\n',
    { ...NONE, input: 4, output: 8 },
  ],
  [
    "the last of two",
    'data: {"usage":{"prompt_tokens":4}}\n\ndata: {"usage" : {"prompt_tokens":5}}\n\n',
    { ...NONE, input: 5 },
  ],
  [
    "one before null",
    'data: {"usage":{"prompt_tokens":4}}\n\ndata: {"usage":null}\n\n',
    { ...NONE, input: 4 },
  ],
  ["seconds of sound", { usage: { type: "duration", seconds: 3 } }, null],
  ["null", { usage: null }, null],
  ["a text that tells of one", { choices: [{ message: { content: '"usage":{"prompt_tokens":1}' } }] }, null],
  [
    "a word in a list",
    { logprobs: [{ token: "usage" }], usage: { prompt_tokens: 3 }, last: ["usage"] },
    { ...NONE, input: 3 },
  ],
  ["counts that are none", { usage: { prompt_tokens: -1, completion_tokens: "8" } }, null],
  ["what is cut", '{"usage":{"prompt_tokens":4', null],
  ["nothing", "", null],
  [
    "a long answer that says it last",
    { data: "x".repeat(100_000), usage: { prompt_tokens: 6 } },
    { ...NONE, input: 6 },
  ],
  [
    "a long answer that says it first",
    { usage: { prompt_tokens: 6 }, results: "x".repeat(100_000) },
    { ...NONE, input: 6 },
  ],
])("reads %s", ([, answer, usage]) => {
  expect(readUsage(bytes(answer), null)).toEqual(usage);
});

test("what comes later wins, and what it leaves out stays", () => {
  const begun = readUsage(bytes({ message: { usage: { input_tokens: 9, output_tokens: 0 } } }), null);
  const ended = readUsage(bytes({ usage: { output_tokens: 7 } }), begun);
  expect(ended).toEqual({ ...NONE, input: 9, output: 7 });
  expect(readUsage(bytes({ type: "ping" }), ended)).toBe(ended);
});

test("no bytes make it fail", () => {
  const part = fc.oneof(
    fc.constantFrom('"usage"', ":", "{", "}", '"prompt_tokens"', "1", ",", '\\"', "[", "]", " ", "null"),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const usage = readUsage(Buffer.from(parts.join("")), null);
      for (const count of Object.values(usage ?? {}))
        expect(count === null || Number.isSafeInteger(count)).toBe(true);
    }),
  );
});
