import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { field, file, multipart, type WrittenPart } from "../../test/multipart.ts";
import { readMultipartFields } from "./multipart-fields.ts";
import { applyEdit } from "./edits.ts";
import { renaming, writeName } from "./rename.ts";

const TYPE = "multipart/form-data; boundary=b0";
const SOUND = file("file", Buffer.from("RIFF\r\n\r\n--b\r\n\0"));
const MODEL = field("model", "m");

const read = (parts: readonly WrittenPart[]) => readMultipartFields(multipart("b0", parts), TYPE);
const headed = (...head: string[]): WrittenPart => ({ head, content: Buffer.from("m") });

describe("the model and the stream flag", () => {
  test.each<[string, readonly WrittenPart[], { model: string; stream: boolean }]>([
    ["before the file", [MODEL, SOUND], { model: "m", stream: false }],
    ["behind the file", [SOUND, MODEL], { model: "m", stream: false }],
    ["with a stream", [SOUND, MODEL, field("stream", "true")], { model: "m", stream: true }],
    ["with a stream as Python writes it", [field("stream", "True"), MODEL], { model: "m", stream: true }],
    ["with a stream of 1", [field("stream", "1"), MODEL], { model: "m", stream: true }],
    ["with no stream", [field("stream", "false"), MODEL], { model: "m", stream: false }],
    ["with a stream that is no flag", [field("stream", "truely so"), MODEL], { model: "m", stream: false }],
    ["with a stream in a file", [file("stream", Buffer.from("true")), MODEL], { model: "m", stream: false }],
    [
      "with a stream twice",
      [field("stream", "true"), field("stream", "0"), MODEL],
      { model: "m", stream: false },
    ],
    ["with a field in an array", [field("model[]", "other"), MODEL], { model: "m", stream: false }],
    ["beyond ASCII", [field("model", "日本 🎌")], { model: "日本 🎌", stream: false }],
    ["with line breaks", [field("model", "a\r\nb\n")], { model: "a\r\nb\n", stream: false }],
    ["without quotes", [headed("content-disposition:form-data;name=model")], { model: "m", stream: false }],
    [
      "with a type",
      [headed("Content-Type: text/plain; charset=utf-8", 'Content-Disposition: form-data; name="model"')],
      { model: "m", stream: false },
    ],
    [
      "with an escape in its name",
      [headed(String.raw`Content-Disposition: form-data; name="m\odel"`)],
      { model: "m", stream: false },
    ],
    [
      "with an encoding that changes nothing",
      [headed('Content-Disposition: form-data; name="model"', "Content-Transfer-Encoding: 8bit")],
      { model: "m", stream: false },
    ],
  ])("are read: %s", (_case, parts, expected) => {
    expect(read(parts)).toMatchObject({ ok: true, value: expected });
  });

  test.each<[string, readonly WrittenPart[], string]>([
    ["missing", [SOUND], "none"],
    ["spelled otherwise", [field("Model", "m")], "none"],
    ["empty", [field("model", "")], '""'],
    ["a file", [file("model", Buffer.from("m"))], "a file or encoded text"],
    [
      "a file with an encoded name",
      [headed("Content-Disposition: form-data; name=model; filename*=UTF-8''x")],
      "a file or encoded text",
    ],
    [
      "in another encoding",
      [headed('Content-Disposition: form-data; name="model"', "Content-Transfer-Encoding: base64")],
      "a file or encoded text",
    ],
    ["no text", [field("model", Buffer.from([0xff]))], "text that is not UTF-8"],
  ])("a model that is %s is said to be so", (_case, parts, found) => {
    expect(read(parts)).toEqual({ ok: false, error: { kind: "model_missing", found } });
  });
});

const DISPOSITION = "a part without a readable Content-Disposition";

describe("what backends could read in two ways is refused", () => {
  test.each<[string, readonly WrittenPart[], string]>([
    ["two models", [MODEL, SOUND, field("model", "n")], "more than one field `model`"],
    [
      "two models, one with an escape",
      [MODEL, headed(String.raw`Content-Disposition: form-data; name="mode\l"`)],
      "more than one field `model`",
    ],
    [
      "a model and a file of its name",
      [MODEL, file("model", Buffer.from("n"))],
      "more than one field `model`",
    ],
    ["an encoded name", [MODEL, headed("Content-Disposition: form-data; name*=UTF-8''model")], DISPOSITION],
    ["two names", [headed('Content-Disposition: form-data; name="a"; name="model"')], DISPOSITION],
    [
      "two dispositions",
      [headed('Content-Disposition: form-data; name="a"', 'content-disposition: form-data; name="model"')],
      DISPOSITION,
    ],
    ["a folded header", [headed("Content-Disposition: form-data;", ' name="model"')], DISPOSITION],
    ["a bare line feed", [headed('X: y\nContent-Disposition: form-data; name="model"')], DISPOSITION],
    ["no disposition", [headed("Content-Type: text/plain")], DISPOSITION],
    ["no name", [headed("Content-Disposition: form-data")], DISPOSITION],
    ["another disposition", [headed('Content-Disposition: attachment; name="model"')], DISPOSITION],
    [
      "headers without an end",
      [headed(`X: ${"x".repeat(2_100)}`, 'Content-Disposition: form-data; name="model"')],
      DISPOSITION,
    ],
    ["too many parts", Array.from({ length: 101 }, () => field("a", "")), "more than 100 parts"],
  ])("%s", (_case, parts, found) => {
    expect(read(parts)).toEqual({ ok: false, error: { kind: "not_multipart", found } });
  });

  const disposition = 'Content-Disposition: form-data; name="model"';

  test.each<[string, string, string]>([
    ["nothing", "", "a body that does not begin with its boundary"],
    ["JSON", '{"model":"m"}', "a body that does not begin with its boundary"],
    ["another boundary", "--b1\r\n", "a body that does not begin with its boundary"],
    [
      "text before the first boundary",
      `x\r\n--b0\r\n${disposition}\r\n\r\nm\r\n--b0--`,
      "a body that does not begin with its boundary",
    ],
    [
      "text behind the last boundary",
      `--b0\r\n${disposition}\r\n\r\nm\r\n--b0--\r\nx`,
      "text behind the last boundary",
    ],
    ["no part", "--b0--", ""],
    ["a boundary with more behind it", "--b0x\r\n", "a boundary without a line break behind it"],
    [
      "spaces behind a boundary",
      `--b0 \r\n${disposition}\r\n\r\nm\r\n--b0--`,
      "a boundary without a line break behind it",
    ],
    [
      "a boundary within a file",
      `--b0\r\n${disposition}\r\n\r\nm\r\n--b0x\r\n--b0--`,
      "a boundary without a line break behind it",
    ],
    ["line feeds alone", `--b0\n${disposition}\n\nm\n--b0--`, "a boundary without a line break behind it"],
    ["line feeds in the headers", `--b0\r\n${disposition}\n\nm\r\n--b0--`, DISPOSITION],
    ["a file that begins with the boundary", `--b0\r\n${disposition}\r\n\r\n--b0\r\n--b0--`, DISPOSITION],
    ["headers that end in the boundary", `--b0\r\n${disposition}\r\n\r\n--b0--`, DISPOSITION],
    ["no headers", "--b0\r\n\r\nm\r\n--b0--", DISPOSITION],
    ["nothing between two boundaries", "--b0\r\n--b0--", DISPOSITION],
    [
      "a line feed before the last boundary",
      `--b0\r\n${disposition}\r\n\r\nm\n--b0--`,
      "no closing boundary",
    ],
    ["no closing boundary", `--b0\r\n${disposition}\r\n\r\nm\r\n`, "no closing boundary"],
  ])("%s", (_case, text, found) => {
    const error = found === "" ? { kind: "model_missing", found: "none" } : { kind: "not_multipart", found };
    expect(readMultipartFields(Buffer.from(text), TYPE)).toEqual({ ok: false, error });
  });

  test.each<[string, string | undefined, string]>([
    ["no type", undefined, "no Content-Type"],
    ["another type", "application/json", 'the Content-Type "application/json"'],
    ["a relative", "multipart/mixed; boundary=b0", 'the Content-Type "multipart/mixed; boundary=b0"'],
    ["a long type", `x/${"y".repeat(99)}`, `the Content-Type "x/${"y".repeat(38)}"`],
    ["no boundary", "multipart/form-data", "a Content-Type without a boundary"],
    ["an empty boundary", 'multipart/form-data; boundary=""', "a boundary that is not valid"],
    [
      "a boundary with a space at its end",
      'multipart/form-data; boundary="b0 "',
      "a boundary that is not valid",
    ],
    [
      "a boundary that is too long",
      `multipart/form-data; boundary=${"b".repeat(71)}`,
      "a boundary that is not valid",
    ],
    [
      "two boundaries",
      `${TYPE}; boundary=b1`,
      `the Content-Type ${JSON.stringify(`${TYPE}; boundary=b1`.slice(0, 40))}`,
    ],
    ["another charset", `${TYPE}; charset=utf-16`, "a charset that is not UTF-8"],
  ])("%s in the header", (_case, type, found) => {
    const answer = readMultipartFields(multipart("b0", [MODEL]), type);
    expect(answer).toEqual({ ok: false, error: { kind: "not_multipart", found } });
  });
});

test.each([
  ["a quoted boundary", 'multipart/form-data; boundary="b 0:1"', "b 0:1"],
  ["another case of the type", "Multipart/Form-Data; Boundary=B0", "B0"],
  ["a charset of UTF-8", "multipart/form-data; boundary=b0; charset=UTF-8", "b0"],
  ["curl's boundary", `multipart/form-data; boundary=${"-".repeat(24)}1a2b`, `${"-".repeat(24)}1a2b`],
])("%s is read", (_case, type, boundary) => {
  for (const end of ["--\r\n", "--"]) {
    const answer = readMultipartFields(multipart(boundary, [SOUND, MODEL], end), type);
    expect(answer).toMatchObject({ ok: true, value: { model: "m" } });
  }
});

/** No content may hold a delimiter, nor complete one with the line break before it. */
const isContent = (bytes: Buffer | string) =>
  !`\r\n${Buffer.from(bytes).toString("latin1")}`.includes("\r\n--b0");

/** Bytes that look like a form's own. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          "\r\n",
          "\n",
          "\r",
          "--",
          "--b0",
          "\n--b0--",
          "\r\n--b",
          "\r\n\r\n",
          'name="model"',
          "b0",
        )
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces))
  .filter(isContent);

/** A form with one model among files and fields. */
const form = fc
  .record({
    before: fc.array(content, { maxLength: 3 }),
    behind: fc.array(content, { maxLength: 3 }),
    model: fc.string({ unit: "binary", minLength: 1 }).filter(isContent),
    end: fc.constantFrom("--", "--\r\n"),
  })
  .map(({ before, behind, model, end }) => {
    const others = (list: readonly Buffer[]) =>
      list.map((bytes, index) => (index % 2 === 0 ? file("file", bytes) : field("prompt", bytes)));
    const parts = [...others(before), field("model", model), ...others(behind)];
    return { body: multipart("b0", parts, end), model };
  });

describe("of any form", () => {
  test("the model is read, and another name changes not one byte beside it", () => {
    fc.assert(
      fc.property(form, fc.string({ unit: "binary", minLength: 1 }), ({ body, model }, name) => {
        fc.pre(isContent(name));
        const fields = readMultipartFields(body, TYPE);
        if (!fields.ok) throw new Error(JSON.stringify(fields.error));
        const { start, end, sent } = fields.value.name;
        // A string may hold half a surrogate pair, which UTF-8 cannot.
        expect([fields.value.model, sent]).toEqual([
          Buffer.from(model).toString(),
          Buffer.from(model).toString(),
        ]);
        const renamed = Buffer.concat(applyEdit(body, renaming(fields.value.name, writeName(name))));
        expect(renamed.subarray(0, start)).toEqual(body.subarray(0, start));
        expect(renamed.subarray(start, renamed.length - (body.length - end)).equals(Buffer.from(name))).toBe(
          true,
        );
        expect(renamed.subarray(renamed.length - (body.length - end))).toEqual(body.subarray(end));
        const again = readMultipartFields(renamed, TYPE);
        expect(again.ok && again.value.model).toBe(Buffer.from(name).toString());
      }),
      { numRuns: 1_000 },
    );
  });

  test("a beginning of it is refused", () => {
    fc.assert(
      fc.property(form, fc.nat(), ({ body }, at) => {
        // The last line break may be missing.
        const whole = body.subarray(0, body.lastIndexOf("--") + 2);
        const fields = readMultipartFields(whole.subarray(0, at % whole.length), TYPE);
        expect(fields.ok ? "read" : fields.error.kind).toBe("not_multipart");
      }),
      { numRuns: 1_000 },
    );
  });

  test("with any bytes changed, nothing throws, and of what is read the model can be replaced", () => {
    fc.assert(
      fc.property(form, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }))), ({ body }, changes) => {
        for (const [at, byte] of changes) body[at % body.length] = byte;
        const fields = readMultipartFields(body, TYPE);
        if (!fields.ok) return;
        const renamed = Buffer.concat(applyEdit(body, renaming(fields.value.name, writeName("other"))));
        const again = readMultipartFields(renamed, TYPE);
        expect(again.ok && again.value.model).toBe("other");
      }),
      { numRuns: 1_000 },
    );
  });
});
