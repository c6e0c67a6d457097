import { expect, test } from "vitest";
import { factsOf } from "./facts.ts";

const answer = (body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  text: typeof body === "string" ? body : JSON.stringify(body),
});

const factsIn = (one: Parameters<typeof factsOf>[0], alias?: string) => [...factsOf(one, alias)];
const HEAD = [
  ["status", "200"],
  ["content-type", "application/json"],
];

test.each([
  [
    "fields of an answer, without what a model made up",
    { id: "x", usage: { total: 3 } },
    [
      ["body id", "string"],
      ["body usage.total", "number"],
    ],
  ],
  [
    "one line for all items of a list",
    { choices: [{ a: 1 }, { a: null }] },
    [["body choices[].a", "null or number"]],
  ],
  [
    "what is empty",
    { list: [], object: {} },
    [
      ["body list", "empty list"],
      ["body object", "empty object"],
    ],
  ],
  [
    "an error: its words and the fields of the rest",
    { error: { message: "no", type: "t", code: "c", param: null } },
    [
      ["error.type", '"t"'],
      ["error.code", '"c"'],
      ["error.message", "string"],
      ["error.param", "null"],
    ],
  ],
  [
    "the names of a list of models",
    { object: "list", data: [{ id: "coder", object: "model" }] },
    [
      ["body object", "string"],
      ["body data[].id", "string"],
      ["body data[].object", "string"],
      ["model coder", "there"],
    ],
  ],
  ["a body that is no JSON", "Internal Server Error", [["body", "no JSON"]]],
  ["no body", "", [["body", "empty"]]],
])("%s", (_about, body, facts) => {
  expect(factsIn(answer(body))).toEqual([...HEAD, ...facts]);
});

test("the name in the answer is held against the alias, and neither is told", () => {
  const named = (model: string) => factsOf(answer({ model }), "coder").get("name in the answer");
  expect([named("coder"), named("Qwen/Qwen3")]).toEqual(["the alias", "another"]);
  expect(factsOf(answer({ id: "x" }), "coder").has("name in the answer")).toBe(false);
});

test("headers count by name, families of them as one, those of the connection not at all", () => {
  const headers = {
    "x-litellm-call-id": "1",
    "x-litellm-model-id": "2",
    "retry-after": "3",
    connection: "keep-alive",
    date: "today",
  };
  expect(factsIn(answer("", headers)).filter(([name]) => name.startsWith("header"))).toEqual([
    ["header x-litellm-*", "there"],
    ["header retry-after", "there"],
  ]);
});

test("a stream is its events and how it ends", () => {
  const stream = (text: string) =>
    factsIn({ ...answer(text), headers: { "content-type": "text/event-stream" } }, "coder").slice(2);
  expect(
    stream('data: {"model":"coder","a":1}\n\ndata: {"model":"coder","a":null}\n\ndata: [DONE]\n\n'),
  ).toEqual([
    ["stream ends with", "[DONE]"],
    ["event model", "string"],
    ["event a", "null or number"],
    ["name in the answer", "the alias"],
  ]);
  expect(stream('data: {"a":1}\r\n\r\n')).toEqual([
    ["stream ends with", "something else"],
    ["event a", "number"],
  ]);
});

test("no answer is a status of its own", () => {
  expect(factsIn({ failure: "ECONNRESET" })).toEqual([["status", "no answer: ECONNRESET"]]);
});
