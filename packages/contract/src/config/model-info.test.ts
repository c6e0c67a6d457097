import { expect, test } from "vitest";
import { readModelInfo } from "./model-info.ts";

test("what a model can do, costs and takes is read", () => {
  const info = readModelInfo({
    id: "chat-1",
    max_tokens: 1_024,
    max_input_tokens: 32_768,
    max_output_tokens: 4_096,
    supports_vision: true,
    supports_function_calling: false,
    input_cost_per_token: 1e-6,
    output_cost_per_second: 0,
    access_groups: ["team", 7],
  });
  expect(info).toEqual({
    accessGroups: ["team"],
    maxTokens: 1_024,
    maxInputTokens: 32_768,
    maxOutputTokens: 4_096,
    supports: new Map([
      ["supports_vision", true],
      ["supports_function_calling", false],
    ]),
    costs: new Map([
      ["input_cost_per_token", 1e-6],
      ["output_cost_per_second", 0],
    ]),
  });
});

test.each<[string, object]>([
  ["nothing", {}],
  ["what tells of servers", { base_model: "org/upstream", api_base: "http://gpu-1", key: "x" }],
  ["texts in place of numbers", { max_tokens: "many", input_cost_per_token: "0.1" }],
  ["numbers that count nothing", { max_tokens: 0, max_input_tokens: -1, max_output_tokens: 1.5 }],
  ["texts in place of truths", { supports_vision: "yes" }],
])("of %s nothing is told", (_case, written) => {
  expect(readModelInfo(written as Record<string, unknown>)).toEqual(readModelInfo());
});
