import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonObjectText } from "../../test/json-text.ts";
import { readFieldsBeside, readJsonFields, type RequestFields } from "./json-fields.ts";
import { applyEdit } from "./edits.ts";
import { renaming, writeName } from "./rename.ts";

const read = (text: string) => readJsonFields(Buffer.from(text));

describe("the model and the stream flag", () => {
  test.each<[string, string, { model: string; stream: boolean }]>([
    ["plain", '{"model":"m","messages":[]}', { model: "m", stream: false }],
    ["with a stream", '{"stream":true,"model":"m"}', { model: "m", stream: true }],
    ["with a stream that is not wanted", '{"stream":false,"model":"m"}', { model: "m", stream: false }],
    ["with a stream that is no flag", '{"stream":"true","model":"m"}', { model: "m", stream: false }],
    [
      "with white space everywhere",
      ' {\n "model"\t:\r"m" , "stream" : true }\n',
      { model: "m", stream: true },
    ],
    ["with an escape in the name", String.raw`{"model":"a\/b\u00e9"}`, { model: "a/bé", stream: false }],
    ["with an escape in the key", String.raw`{"mod\u0065l":"m"}`, { model: "m", stream: false }],
    [
      "with an escape in the other key",
      String.raw`{"model":"m","\u0073tream":true}`,
      { model: "m", stream: true },
    ],
    ["twice: the last one holds", '{"model":"a","model":"b"}', { model: "b", stream: false }],
    ["twice, once escaped", String.raw`{"model":"a","mod\u0065l":"b"}`, { model: "b", stream: false }],
    ["twice a stream", '{"stream":true,"model":"m","stream":false}', { model: "m", stream: false }],
    [
      "and a deeper one, which counts for nothing",
      '{"x":{"model":"a","stream":true},"model":"b"}',
      { model: "b", stream: false },
    ],
    [
      "and one in a text, which counts for nothing",
      String.raw`{"x":"\"model\":\"a\"","model":"b"}`,
      { model: "b", stream: false },
    ],
    ["beyond ASCII", '{"model":"日本 🎌"}', { model: "日本 🎌", stream: false }],
  ])("are read: %s", (_case, text, expected) => {
    expect(read(text)).toMatchObject({ ok: true, value: expected });
  });

  test.each<[string, string, string]>([
    ["nothing", "", "an empty body"],
    ["white space", "  ", '"  "'],
    ["a word", "hello", '"hello"'],
    ["a list", '[{"model":"m"}]', JSON.stringify('[{"model":"m"}]')],
    ["a string", '"model"', JSON.stringify('"model"')],
    ["null", "null", '"null"'],
    ["an object without its end", '{"model":"m"', JSON.stringify('{"model":"m"')],
    ["a string without its end", '{"model":"m', JSON.stringify('{"model":"m')],
    ["a key without quotes", '{model:"m"}', JSON.stringify('{model:"m"}')],
    ["a comma at the end", '{"model":"m",}', JSON.stringify('{"model":"m",}')],
    ["no colon", '{"model" "m"}', JSON.stringify('{"model" "m"}')],
    ["no value", '{"model":}', JSON.stringify('{"model":}')],
    ["something behind the object", '{"model":"m"}{}', JSON.stringify('{"model":"m"}{}')],
    ["something behind the value", '{"model":"m" x}', JSON.stringify('{"model":"m" x}')],
    ["a byte order mark", '\ufeff{"model":"m"}', JSON.stringify('\ufeff{"model":"m"}')],
  ])("%s is no JSON object, and what came is shown", (_case, text, found) => {
    expect(read(text)).toEqual({ ok: false, error: { kind: "not_json", found } });
  });

  test("of a long body that is no JSON only the beginning is shown", () => {
    expect(read("x".repeat(5_000))).toEqual({
      ok: false,
      error: { kind: "not_json", found: `"${"x".repeat(40)}"…` },
    });
  });

  test.each<[string, string, string]>([
    ["missing", "{}", "none"],
    ["missing beside others", '{"models":"m"}', "none"],
    ["empty", '{"model":""}', '""'],
    ["a number", '{"model":12}', "12"],
    ["null", '{"model":null}', "null"],
    ["an object", '{"model":{"id":"m"}}', '{"id":"m"}'],
    ["a list", '{"model":["m"]}', '["m"]'],
    ["a text with a raw line break", '{"model":"a\nb"}', '"a\nb"'],
    ["a text with a broken escape", String.raw`{"model":"a\xb"}`, String.raw`"a\xb"`],
  ])("a model that is %s is said to be so", (_case, text, found) => {
    expect(read(text)).toEqual({ ok: false, error: { kind: "model_missing", found } });
  });
});

test.each<[string, string, string]>([
  ["before it", '{"Model":"b","model":"a"}', "Model"],
  ["behind it", '{"model":"a","MODEL":"b"}', "MODEL"],
  ["written with an escape", String.raw`{"model":"a","\u004dodel":"b"}`, "Model"],
  ["in its place", '{"mODEL":"b"}', "mODEL"],
])("a key that is `model` but for case is refused: %s", (_case, text, found) => {
  const refused = { ok: false, error: { kind: "model_lookalike", found } };
  expect(read(text)).toEqual(refused);
  expect(readFieldsBeside(Buffer.from(text), "a")).toEqual(refused);
});

test("a key that is `model` but for case counts for nothing deeper in the body, or in a text", () => {
  expect(read('{"model":"a","x":{"Model":"b"},"y":"Model","tools":[{"MODEL":1}]}')).toMatchObject({
    ok: true,
  });
});

/** As it is sent, in one piece. */
function renamed(body: Buffer, fields: RequestFields, name: string): Buffer {
  return Buffer.concat(applyEdit(body, renaming(fields.name, writeName(name))));
}

describe("the body with another name", () => {
  test.each([
    ['{"model":"a","n":1}', "b", '{"model":"b","n":1}'],
    ['{ "n" : 1 , "model" : "a" }', "b", '{ "n" : 1 , "model" : "b" }'],
    ['{"model":"a"}', 'say "hi"\n', String.raw`{"model":"say \"hi\"\n"}`],
    ['{"x":{"model":"a"},"model":"a","y":"a"}', "b", '{"x":{"model":"a"},"model":"b","y":"a"}'],
    ['{"model":"a"}', "日本", '{"model":"日本"}'],
  ])("%s with %j is %s", (text, name, expected) => {
    const fields = read(text);
    if (!fields.ok) throw new Error("no model");
    expect(renamed(Buffer.from(text), fields.value, name).toString()).toBe(expected);
  });
});

describe("beside a name in the path", () => {
  test.each<[string, string, string | null, string]>([
    ["no name, other fields", '{"n":1}', null, '{"model":"up","n":1}'],
    ["no name, white space", ' {\n "n":1}', null, ' {"model":"up",\n "n":1}'],
    ["nothing", "{}", null, '{"model":"up"}'],
    ["nothing but white space", "{ }", null, '{"model":"up" }'],
    ["the same name", '{"n":1,"model":"m"}', "m", '{"n":1,"model":"up"}'],
    ["another name", '{"model":"other"}', "other", '{"model":"up"}'],
    ["a name that is none", '{"model":null}', null, '{"model":"up"}'],
  ])("a body with %s is sent under the backend's", (_case, text, ...[sent, expected]) => {
    const body = Buffer.from(text);
    const fields = readFieldsBeside(body, "m");
    if (!fields.ok) throw new Error("refused");
    expect(fields.value).toMatchObject({ model: "m", name: { sent } });
    expect(renamed(body, fields.value, "up").toString()).toBe(expected);
  });

  test("a body that is no JSON object is refused", () => {
    expect(readFieldsBeside(Buffer.from("[]"), "m")).toEqual({
      ok: false,
      error: { kind: "not_json", found: '"[]"' },
    });
  });
});

/** By the parser that everybody else uses; null where the text is no object. */
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** What reading should find in an object. */
function expectedIn(object: Record<string, unknown>): unknown {
  const { model, stream } = object;
  const isLookalike = (key: string) => key !== "model" && key.toLowerCase() === "model";
  if (Object.keys(object).some(isLookalike)) return "model_lookalike";
  return typeof model === "string" && model !== "" ? { model, stream: stream === true } : "model_missing";
}

/** What reading finds. */
function foundIn(body: Buffer): unknown {
  const fields = readJsonFields(body);
  return fields.ok ? { model: fields.value.model, stream: fields.value.stream } : fields.error.kind;
}

describe("for the text of any JSON object", () => {
  test("model and stream are those that JSON.parse finds", () => {
    fc.assert(
      fc.property(jsonObjectText, (text) => {
        expect(foundIn(Buffer.from(text))).toEqual(expectedIn(JSON.parse(text) as Record<string, unknown>));
      }),
      { numRuns: 2_000 },
    );
  });

  test("another name changes the model and not one byte beside it", () => {
    fc.assert(
      fc.property(jsonObjectText, fc.string({ unit: "binary" }), (text, name) => {
        const fields = read(text);
        fc.pre(fields.ok);
        const { start, end } = fields.value.name;
        const body = Buffer.from(text);
        const replaced = renamed(body, fields.value, name);
        expect(JSON.parse(replaced.toString())).toEqual({
          ...(JSON.parse(text) as object),
          model: name,
        });
        expect(replaced.subarray(0, start)).toEqual(body.subarray(0, start));
        expect(replaced.subarray(replaced.length - (body.length - end))).toEqual(body.subarray(end));
      }),
      { numRuns: 1_000 },
    );
  });

  test("a beginning of it is no JSON object", () => {
    fc.assert(
      fc.property(jsonObjectText, fc.nat(), (text, at) => {
        const whole = Buffer.from(text.trimEnd());
        const fields = readJsonFields(whole.subarray(0, at % whole.length));
        expect(fields.ok ? "read" : fields.error.kind).toBe("not_json");
      }),
    );
  });

  test("and one byte changed, the same holds wherever that still is an object", () => {
    fc.assert(
      fc.property(jsonObjectText, fc.nat(), fc.nat({ max: 127 }), (text, at, byte) => {
        const body = Buffer.from(text);
        body[at % body.length] = byte;
        const object = parseObject(body.toString());
        fc.pre(object !== null);
        expect(foundIn(body)).toEqual(expectedIn(object));
      }),
      { numRuns: 1_000 },
    );
  });
});

test("whatever the bytes, reading does not throw, and a name that is read can be replaced", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (array, begun) => {
      const body = Buffer.concat([Buffer.from(begun ? '{"model":"m",' : ""), Buffer.from(array)]);
      const fields = readJsonFields(body);
      const replaced = fields.ok ? renamed(body, fields.value, "other") : body;
      const again = readJsonFields(replaced);
      expect(again.ok ? again.value.model : "refused").toBe(fields.ok ? "other" : "refused");
    }),
    { numRuns: 2_000 },
  );
});
