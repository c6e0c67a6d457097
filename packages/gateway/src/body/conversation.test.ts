import { describe, expect, test } from "vitest";
import { hashConversation } from "./conversation.ts";
import { readJsonFields } from "./json-fields.ts";

function hash(fields: object | string): number | null {
  const body = Buffer.from(typeof fields === "string" ? fields : JSON.stringify({ model: "m", ...fields }));
  const found = readJsonFields(body);
  if (!found.ok) throw new Error("no model");
  return hashConversation(body, found.value);
}

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const system = (content: string) => ({ role: "system", content });

describe("a conversation has the same hash", () => {
  test("in each of its turns", () => {
    const turns = [[user("one")], [user("one"), assistant("a"), user("two")]];
    expect(new Set(turns.map((messages) => hash({ messages }))).size).toBe(1);
  });

  test("in each of its turns under a system's message", () => {
    const opening = [system("be kind"), user("one")];
    expect(hash({ messages: [...opening, assistant("a"), user("two")] })).toBe(hash({ messages: opening }));
  });

  test("whatever the model and the other fields are", () => {
    const messages = [user("one")];
    expect(hash({ messages, stream: true, max_tokens: 5, x: [1] })).toBe(hash({ messages }));
  });
});

describe("two conversations have two hashes", () => {
  test.each<[string, object, object]>([
    ["that begin differently", { messages: [user("one")] }, { messages: [user("two")] }],
    [
      "that share the system's message",
      { messages: [system("be kind"), user("one")] },
      { messages: [system("be kind"), user("two")] },
    ],
    [
      "that share the developer's message",
      { messages: [{ role: "developer", content: "x" }, user("one")] },
      { messages: [{ role: "developer", content: "x" }, user("two")] },
    ],
    ["of completions", { prompt: "one" }, { prompt: "two" }],
    ["of embeddings", { input: ["one"] }, { input: ["two"] }],
  ])("%s", (_case, one, other) => {
    expect(hash(one)).not.toBe(hash(other));
  });
});

test.each<[string, object | string]>([
  ["no message", { messages: [] }],
  ["a system's message alone", { messages: [system("x")] }],
  ["messages that are none", { messages: "x" }],
  ["messages that are numbers", { messages: [1, 2] }],
  ["white space", '{"model":"m","messages": [ { "role" : "user" } , 2 ] }'],
])("a body with %s has a hash too", (_case, fields) => {
  expect(Number.isInteger(hash(fields))).toBe(true);
});

test("a body without a conversation has none", () => {
  expect(hash({ query: "one", documents: ["two"] })).toBeNull();
});

test("of a very long beginning only the two ends count", () => {
  const long = (start: string, middle: string, end: string) =>
    hash({ messages: [user(start + "x".repeat(100_000) + middle + "x".repeat(100_000) + end)] });
  expect(long("a", "1", "a")).toBe(long("a", "2", "a"));
  expect(long("a", "1", "a")).not.toBe(long("b", "1", "a"));
  expect(long("a", "1", "a")).not.toBe(long("a", "1", "b"));
});
