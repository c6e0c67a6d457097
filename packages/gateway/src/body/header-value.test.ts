import { expect, test } from "vitest";
import { parseHeaderValue } from "./header-value.ts";

test.each<[string, string, string, Record<string, string>]>([
  ["nothing beside it", "text/plain", "text/plain", {}],
  ["a token", "multipart/form-data; boundary=a-b", "multipart/form-data", { boundary: "a-b" }],
  ["quotes", 'multipart/form-data; boundary="a b"', "multipart/form-data", { boundary: "a b" }],
  ["other case", "Multipart/Form-Data; BOUNDARY=aB", "multipart/form-data", { boundary: "aB" }],
  ["no spaces", 'form-data;name="a";filename="b"', "form-data", { name: "a", filename: "b" }],
  ["spaces around it", ' form-data ;\tname="a" ', "form-data", { name: "a" }],
  ["a semicolon in quotes", 'form-data; name="a;b=c"', "form-data", { name: "a;b=c" }],
  ["escapes in quotes", String.raw`form-data; name="a\"b\\c\d"`, "form-data", { name: String.raw`a"b\cd` }],
  ["nothing in quotes", 'form-data; name=""', "form-data", { name: "" }],
  ["a name with a star", "form-data; name*=UTF-8''a", "form-data", { "name*": "UTF-8''a" }],
])("a value with %s", (_case, text, ...[value, parameters]) => {
  const parsed = parseHeaderValue(text);
  expect(parsed?.value).toBe(value);
  expect(Object.fromEntries(parsed?.parameters ?? [])).toEqual(parameters);
});

test.each<[string, string]>([
  ["nothing", ""],
  ["white space", "  "],
  ["a parameter alone", "; name=a"],
  ["a parameter twice", 'form-data; name="a"; NAME="b"'],
  ["a quote without its end", 'form-data; name="a'],
  ["an escape at the end", String.raw`form-data; name="a\"`],
  ["a parameter without a value", "form-data; name"],
  ["a parameter with an empty token", "form-data; name="],
  ["text behind the quotes", 'form-data; name="a"b'],
  ["two words", "form-data name=a"],
  ["a semicolon at the end", "form-data; name=a;"],
])("%s is none", (_case, text) => {
  expect(parseHeaderValue(text)).toBeNull();
});
