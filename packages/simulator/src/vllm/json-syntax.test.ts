import { expect, test } from "vitest";
import { syntaxFault } from "./json-syntax.ts";

test.each([
  ["nothing", "", "Expecting value", 0],
  ["a list that ends early", '{"model":"m1","messages":[', "Expecting value", 26],
  ["an object that ends early", "{", "Expecting property name enclosed in double quotes", 1],
  ["a comma before the end", '{"a":1,}', "Expecting property name enclosed in double quotes", 7],
  ["no colon", '{"a" 1}', "Expecting ':' delimiter", 5],
  ["no comma", '{"a":1 "b":2}', "Expecting ',' delimiter", 7],
  ["a string without an end", '{"a":"b', "Unterminated string starting at", 5],
  ["a raw line break in a string", '["a\n"]', "Invalid control character at", 3],
  ["an unknown escape", String.raw`["\x"]`, String.raw`Invalid \escape`, 2],
  ["two values", "1 2", "Extra data", 2],
  ["a word that is none", "[tru]", "Expecting value", 1],
])("%s", (...[, text, message, position]) => {
  expect(syntaxFault(text)).toEqual({ message, position });
});
