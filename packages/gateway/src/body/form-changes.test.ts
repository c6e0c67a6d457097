import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { field, file, multipart, type WrittenPart } from "../../test/multipart.ts";
import type { Addition, BodyChanges } from "./body-changes.ts";
import { treeOf } from "./drop-tree.ts";
import { applyEdits } from "./edits.ts";
import { changeForm } from "./form-changes.ts";
import { readParts } from "./multipart-parts.ts";

const BOUNDARY = "b0";
const SOUND = file("file", Buffer.from("RIFF\r\n\r\n--b\r\n\0"));
const MODEL = field("model", "m");

interface Wanted {
  readonly add?: Readonly<Record<string, unknown>>;
  readonly replace?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly string[];
}

function changesOf({ add = {}, replace = {}, drop = [] }: Wanted): BodyChanges {
  const additions = Object.entries({ ...add, ...replace }).map(([key, value]): Addition => ({
    key,
    value,
    unless: [key],
    text: "",
    forStreams: false,
  }));
  const replacements = new Map(Object.keys(replace).map((key) => [key, Buffer.alloc(0)]));
  return {
    additions,
    replacements,
    drops: treeOf(drop.map((key) => [key])),
    streamUsage: false,
    setsStreamOptions: false,
  };
}

function changed(body: Buffer, wanted: Wanted): Buffer {
  return Buffer.concat(applyEdits(body, changeForm(body, changesOf(wanted), false)));
}

const form = (parts: readonly WrittenPart[]) => multipart(BOUNDARY, parts);

describe("a form", () => {
  test.each<[string, readonly WrittenPart[], Wanted, readonly WrittenPart[]]>([
    [
      "gets what it has not",
      [SOUND, MODEL],
      { add: { language: "de", temperature: 0 } },
      [field("language", "de"), field("temperature", "0"), SOUND, MODEL],
    ],
    [
      "gets a list and a map as OpenAI's clients write them",
      [MODEL],
      { add: { a: ["x", "y"], b: { c: true, d: null } } },
      [field("a[]", "x"), field("a[]", "y"), field("b[c]", "true"), MODEL],
    ],
    [
      "keeps its own",
      [field("a[]", "1"), MODEL, field("b", "")],
      { add: { a: 2, b: 2 } },
      [field("a[]", "1"), MODEL, field("b", "")],
    ],
    [
      "has all of one replaced",
      [field("a", "1"), MODEL, field("a", "2")],
      { replace: { a: 3 } },
      [field("a", "3"), MODEL],
    ],
    [
      "gets what would replace",
      [MODEL, SOUND],
      { replace: { a: "é\r\n" } },
      [field("a", "é\r\n"), MODEL, SOUND],
    ],
    ["loses its first two", [field("a", "1"), field("b", "1"), MODEL], { drop: ["a", "b"] }, [MODEL]],
    ["loses its last two", [MODEL, field("a", "1"), field("b[]", "1")], { drop: ["a", "b"] }, [MODEL]],
    [
      "loses one in the middle and gets another",
      [SOUND, field("a", ""), MODEL],
      { drop: ["a"], add: { b: 1 } },
      [field("b", "1"), SOUND, MODEL],
    ],
    [
      "gets a name that is no text of a header",
      [MODEL],
      { add: { 'a"\r\n': 1 } },
      [field("a%22%0D%0A", "1"), MODEL],
    ],
    ["stays as it is", [SOUND, MODEL], { drop: ["a"] }, [SOUND, MODEL]],
  ])("%s", (_case, ...[parts, wanted, expected]) => {
    expect(changed(form(parts), wanted).toString("latin1")).toBe(form(expected).toString("latin1"));
  });

  test("that ends without a line break keeps it so", () => {
    const body = multipart(BOUNDARY, [field("a", "1"), MODEL], "--");
    expect(changed(body, { drop: ["a"] })).toEqual(multipart(BOUNDARY, [MODEL], "--"));
  });
});

const key = fc.constantFrom("a", "b", "c[]", "--b0", "a b");
const part = fc
  .tuple(key, fc.uint8Array({ maxLength: 12 }), fc.boolean())
  .map(([name, bytes, isFile]) => (isFile ? file : field)(name, Buffer.from(bytes)));
const values = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.oneof(fc.string(), fc.double({ noDefaultInfinity: true, noNaN: true }), fc.boolean()),
  {
    maxKeys: 3,
  },
);

type Values = Readonly<Record<string, unknown>>;

const base = (name: string) => name.replace("[]", "");

test("whatever a form is, its other fields stay byte for byte, and what is wanted is there once", () => {
  const partsOf = (body: Buffer) => {
    const parts = readParts(body, BOUNDARY);
    if (!parts.ok) throw new Error(parts.error);
    return parts.value.map(({ name, start, end }) => [name, body.toString("latin1", start, end)] as const);
  };
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 5 }),
      fc.array(part, { maxLength: 3 }),
      fc.tuple(values, values, fc.subarray(["a", "b", "c", "d"])),
      (before, behind, [add, replace, drop]) => {
        const body = form([...before, MODEL, ...behind]);
        const without = (one: Values, out: (name: string) => boolean): Values =>
          Object.fromEntries(Object.entries(one).filter(([name]) => !out(name)));
        const isReplaced = (name: string) => Object.hasOwn(replace, name);
        // As they are compiled: nothing is put in that is taken out.
        const given = without(add, (name) => isReplaced(name) || drop.some((one) => one === name));
        const own = partsOf(body).filter(
          ([name]) => !isReplaced(base(name)) && !drop.some((one) => one === base(name)),
        );
        const has = new Set(own.map(([name]) => base(name)));
        const put = { ...without(given, (name) => has.has(name)), ...replace };
        expect(partsOf(changed(body, { add: given, replace, drop }))).toEqual([
          ...Object.entries(put).map(([name, value]) => [
            name,
            Buffer.from(String(value)).toString("latin1"),
          ]),
          ...own,
        ]);
      },
    ),
    { numRuns: 500 },
  );
});
