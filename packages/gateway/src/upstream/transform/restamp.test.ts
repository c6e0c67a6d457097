import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere, jsonLine } from "../../../test/json-text.ts";
import { Restamper } from "./restamp.ts";

function restamp(chunks: readonly (string | Buffer)[], alias = "alias"): string {
  const restamper = new Restamper(alias);
  const out = chunks.flatMap((chunk) => restamper.push(Buffer.from(chunk)));
  return Buffer.concat([...out, restamper.flush()]).toString();
}

test.each([
  ["a name", '{"model":"up"}', '{"model":"alias"}'],
  ["an empty name", '{"model":""}', '{"model":"alias"}'],
  ["a name with escapes", String.raw`{"model":"a\"b\\"}`, '{"model":"alias"}'],
  ["a name between white space", '{"model" :\r\n\t "up" }', '{"model" :\r\n\t "alias" }'],
  ["every name", '{"model":"up","x":{"model":"up2"}}', '{"model":"alias","x":{"model":"alias"}}'],
  [
    "a name in every event",
    'data: {"model":"up"}\n\ndata: {"model":"up"}\n\n',
    'data: {"model":"alias"}\n\ndata: {"model":"alias"}\n\n',
  ],
])("%s is replaced", (_case, text, expected) => {
  expect(restamp([text])).toBe(expected);
});

test.each([
  ["a model that is no text", '{"model":null,"x":{"model":12}}'],
  ["the value model", '{"object":"model","x":["model","up"]}'],
  ["a longer key", '{"models":"up","mymodel":"up"}'],
  ["a key that ends in an escaped quote and model", String.raw`{"x\"model":"up"}`],
  ["escaped text in a string", String.raw`{"content":"{\"model\":\"up\"}"}`],
  ["text twice escaped", String.raw`{"content":"\\\"model\\\":\\\"up\\\""}`],
  ["nothing of the kind", '{"id":"x"}'],
  ["an empty text", ""],
])("%s is left as it is", (_case, text) => {
  expect(restamp([text])).toBe(text);
});

test.each(['a"b', "日本 🎌", String.raw`back\slash`, "$&$1", "line\nbreak"])(
  "the alias %j is written as JSON writes it",
  (alias) => {
    expect(JSON.parse(restamp(['{"model":"up"}'], alias))).toEqual({ model: alias });
  },
);

test("a chunk without a name passes as it is, not copied", () => {
  const chunk = Buffer.from('data: {"choices":[]}\n\n');
  const [only, ...rest] = new Restamper("alias").push(chunk);
  expect(only).toBe(chunk);
  expect(rest).toEqual([]);
});

test("what is certain leaves at once, only what could be a name waits", () => {
  const restamper = new Restamper("alias");
  const push = (text: string) => Buffer.concat(restamper.push(Buffer.from(text))).toString();
  expect(push('{"id":"x","mod')).toBe('{"id":"x",');
  expect(push('el":"u')).toBe("");
  expect(push('p"}')).toBe('"model":"alias"}');
  expect(restamper.flush().toString()).toBe("");
});

test("what waits at the end of a broken answer is not lost", () => {
  expect(restamp(['{"model":"u'])).toBe('{"model":"u');
});

test("a name without an end does not pile up", () => {
  const restamper = new Restamper("alias");
  const chunk = "x".repeat(60_000);
  const first = Buffer.concat(restamper.push(Buffer.from(`{"model":"${chunk}`)));
  const second = Buffer.concat(restamper.push(Buffer.from(chunk)));
  expect(first.length).toBeLessThan(10);
  expect(first.length + second.length).toBe(120_000 + '{"model":"'.length);
});

/** The value with the alias for every string under a key `model`. */
function replaced(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === "model" && typeof one === "string" ? "alias" : replaced(one),
    ]),
  );
}

describe("however an answer is cut into chunks", () => {
  const answer = fc.array(jsonLine, { minLength: 1, maxLength: 3 });
  const cut = (print: (lines: readonly string[]) => string) =>
    answer.chain((lines) => fc.record({ lines: fc.constant(lines), chunks: cutAnywhere(print(lines)) }));

  test("a JSON text is the same with only the model replaced", () => {
    fc.assert(
      fc.property(
        cut((lines) => `[${lines.join(",\n")}]`),
        ({ lines, chunks }) => {
          const text = restamp(chunks);
          expect(text).toBe(restamp([Buffer.concat(chunks)]));
          expect(JSON.parse(text)).toEqual(lines.map((line) => replaced(JSON.parse(line))));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("a stream has the same events with only the model replaced in each", () => {
    fc.assert(
      fc.property(
        cut((lines) => `${lines.map((line) => `data: ${line}\n\n`).join("")}data: [DONE]\n\n`),
        ({ lines, chunks }) => {
          const text = restamp(chunks);
          expect(text).toBe(restamp([Buffer.concat(chunks)]));
          const events = text.split("\n\n").map((event) => event.slice("data: ".length));
          expect(events.slice(lines.length)).toEqual(["[DONE]", ""]);
          const values = events.slice(0, lines.length).map((event) => JSON.parse(event) as unknown);
          expect(values).toEqual(lines.map((line) => replaced(JSON.parse(line))));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("bytes that are no JSON come out the same as in one piece", () => {
    const near = fc
      .array(fc.constantFrom('"model"', '"', "\\", ":", " ", "model", "x", "\n"), { maxLength: 14 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        near.chain((text) => fc.record({ text: fc.constant(text), chunks: cutAnywhere(text) })),
        ({ text, chunks }) => {
          expect(restamp(chunks)).toBe(restamp([text]));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
