import { describe, expect, test } from "vitest";
import { sampleValue } from "./sample-value.ts";
import { structuredAnswer } from "./structured-answer.ts";

const CITY = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
};
const ANSWER = '{"city":"made up","days":1}';

test.each<[string, object, string | undefined]>([
  [
    "a chat's",
    { response_format: { type: "json_schema", json_schema: { name: "c", schema: CITY } } },
    ANSWER,
  ],
  ["a response's", { text: { format: { type: "json_schema", name: "c", schema: CITY } } }, ANSWER],
  ["a message's", { output_config: { format: { type: "json_schema", schema: CITY } } }, ANSWER],
  ["vLLM's own", { structured_outputs: { json: CITY } }, ANSWER],
  ["text", { response_format: { type: "text" }, text: { format: { type: "text" } } }, undefined],
  ["none", {}, undefined],
])("%s format", (_case, body, answer) => {
  expect(structuredAnswer({ ...body })?.join("")).toBe(answer);
});

test("JSON of no stated shape is an object", () => {
  const tokens = structuredAnswer({ response_format: { type: "json_object" } }) ?? [];
  expect(JSON.parse(tokens.join(""))).toEqual({ answer: expect.stringMatching(/made up/) });
});

describe("a value", () => {
  test.each<[string, object, unknown]>([
    ["of a definition", { $ref: "#/$defs/City", $defs: { City: CITY } }, { city: "made up", days: 1 }],
    ["out of several", { enum: ["red", "green"] }, "red"],
    ["that is given", { const: 7 }, 7],
    ["of either type", { anyOf: [{ type: "boolean" }, { type: "null" }] }, true],
    ["that may be null", { type: ["string", "null"] }, "made up"],
    ["of a list as short as may be", { type: "array", minItems: 2, items: { type: "number" } }, [1, 1]],
    ["of a list", { type: "array", items: CITY }, []],
  ])("%s", (_case, schema, value) => {
    expect(sampleValue({ ...schema })).toEqual(value);
  });

  test("of a schema that holds itself ends", () => {
    const schema = { type: "object", properties: { next: { $ref: "#" } } };
    expect(JSON.stringify(sampleValue(schema))).toMatch(/^\{"next":.*null.*\}$/);
  });
});
