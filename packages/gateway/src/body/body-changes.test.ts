import { EVERY, type DropPath, type DropStep } from "@rollcall/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonObjectText } from "../../test/json-text.ts";
import { changeBody, type Addition, type BodyChanges } from "./body-changes.ts";
import { treeOf } from "./drop-tree.ts";
import { applyEdits } from "./edits.ts";

interface Wanted {
  readonly add?: Readonly<Record<string, unknown>>;
  readonly unless?: Readonly<Record<string, readonly string[]>>;
  readonly replace?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly DropPath[];
  readonly streamUsage?: boolean;
  readonly isStream?: boolean;
}

function changesOf({
  add = {},
  unless = {},
  replace = {},
  drop = [],
  streamUsage = false,
}: Wanted): BodyChanges {
  const additions = Object.entries({ ...add, ...replace }).map(([key, value]): Addition => ({
    key,
    value,
    unless: [key, ...(unless[key] ?? [])],
    text: `${JSON.stringify(key)}:${JSON.stringify(value)},`,
    forStreams: key === "stream_options",
  }));
  const replacements = new Map(
    Object.entries(replace).map(([key, value]) => [key, Buffer.from(JSON.stringify(value))]),
  );
  return { additions, replacements, drops: treeOf(drop), streamUsage, setsStreamOptions: false };
}

function changed(body: string, wanted: Wanted): string {
  const bytes = Buffer.from(body);
  const edits = changeBody(bytes, changesOf(wanted), wanted.isStream ?? false);
  return Buffer.concat(applyEdits(bytes, edits)).toString();
}

const OPTIONS = { stream_options: { include_usage: true } };

describe("a body", () => {
  test.each<[string, string, Wanted, string]>([
    [
      "gets what it has not",
      `{"model":"m"}`,
      { add: { temperature: 0.2 } },
      `{"temperature":0.2,"model":"m"}`,
    ],
    [
      "gets several in order, and its white space stays",
      `\n{ "model" : "m" }\n`,
      { add: { a: 1, b: { c: "é" } } },
      `\n{"a":1,"b":{"c":"é"}, "model" : "m" }\n`,
    ],
    ["keeps its own", `{"model":"m","a":2}`, { add: { a: 1 } }, `{"model":"m","a":2}`],
    ["keeps a null of its own", `{"model":"m","a":null}`, { add: { a: 1 } }, `{"model":"m","a":null}`],
    [
      "keeps one whose key is escaped",
      `{"model":"m","\\u0061":2}`,
      { add: { a: 1 } },
      `{"model":"m","\\u0061":2}`,
    ],
    [
      "keeps another key that says the same",
      `{"model":"m","b":2}`,
      { add: { a: 1 }, unless: { a: ["b"] } },
      `{"model":"m","b":2}`,
    ],
    [
      "is not taken in by a key further in",
      `{"model":"m","x":{"a":2}}`,
      { add: { a: 1 } },
      `{"a":1,"model":"m","x":{"a":2}}`,
    ],
    [
      "gets a value before the one in other letters, which Go's parsers take",
      `{"model":"m","Temperature":2}`,
      { add: { temperature: 1 } },
      `{"temperature":1,"model":"m","Temperature":2}`,
    ],
    ["has a value replaced", `{"model":"m","a": [1,2] }`, { replace: { a: 3 } }, `{"model":"m","a": 3 }`],
    [
      "has the last of repeated ones replaced",
      `{"a":1,"model":"m","a":2}`,
      { replace: { a: 3 } },
      `{"a":1,"model":"m","a":3}`,
    ],
    ["gets what would replace", `{"model":"m"}`, { replace: { a: 3 } }, `{"a":3,"model":"m"}`],
    ["loses its first", `{"a":1,"model":"m"}`, { drop: [["a"]] }, `{"model":"m"}`],
    ["loses its last", `{"model":"m", "a":1}`, { drop: [["a"]] }, `{"model":"m"}`],
    ["loses all repeated ones", `{"a":1,"model":"m","a":1,"\\u0061":2}`, { drop: [["a"]] }, `{"model":"m"}`],
    [
      "loses one and gets another",
      `{"a":1,"model":"m"}`,
      { add: { b: 2 }, drop: [["a"]] },
      `{"b":2,"model":"m"}`,
    ],
    [
      "loses what all elements have",
      `{"model":"m","tools":[{"type":"function","strict":true},{"strict":1,"x":2},3]}`,
      {
        drop: [
          ["tools", EVERY, "strict"],
          ["tools", EVERY, "x"],
        ],
      },
      `{"model":"m","tools":[{"type":"function"},{},3]}`,
    ],
    [
      "loses what one element has beside what all have",
      `{"model":"m","tools":[{"a":1,"b":2},{"a":1,"b":2}]}`,
      {
        drop: [
          ["tools", EVERY, "a"],
          ["tools", 1, "b"],
        ],
      },
      `{"model":"m","tools":[{"b":2},{}]}`,
    ],
    [
      "loses what stands deeper, beside all above it",
      `{"model":"m","x":{"y":{"z":1,"w":2}}}`,
      { drop: [["x", "y", "z"]] },
      `{"model":"m","x":{"y":{"w":2}}}`,
    ],
    [
      "keeps what a path does not lead to",
      `{"model":"m","x":[{"y":1}]}`,
      { drop: [["x", "y"]] },
      `{"model":"m","x":[{"y":1}]}`,
    ],
    [
      "asks for usage",
      `{"model":"m"}`,
      { add: OPTIONS, streamUsage: true, isStream: true },
      `{"stream_options":{"include_usage":true},"model":"m"}`,
    ],
    [
      "asks for none where it does not stream",
      `{"model":"m"}`,
      { add: OPTIONS, streamUsage: true },
      `{"model":"m"}`,
    ],
    [
      "asks beside other options",
      `{"model":"m","stream_options":{ "x":1}}`,
      { add: OPTIONS, streamUsage: true, isStream: true },
      `{"model":"m","stream_options":{"include_usage":true, "x":1}}`,
    ],
    [
      "asks among empty options",
      `{"model":"m","stream_options":{}}`,
      { add: OPTIONS, streamUsage: true, isStream: true },
      `{"model":"m","stream_options":{"include_usage":true}}`,
    ],
    [
      "keeps a no",
      `{"model":"m","stream_options":{"include_usage":false}}`,
      { add: OPTIONS, streamUsage: true, isStream: true },
      `{"model":"m","stream_options":{"include_usage":false}}`,
    ],
    [
      "keeps options that are null",
      `{"model":"m","stream_options":null}`,
      { add: OPTIONS, streamUsage: true, isStream: true },
      `{"model":"m","stream_options":null}`,
    ],
  ])("%s", (_case, ...[body, wanted, expected]) => {
    expect(changed(body, wanted)).toBe(expected);
  });
});

// Keys that such texts have, so that they meet.
const key = fc.constantFrom("stream", 'x"model', "model\\", '"model":"x"', "", "a");
// As JSON has them: no -0.
const record = fc
  .dictionary(key, fc.jsonValue(), { maxKeys: 4 })
  .map((one) => JSON.parse(JSON.stringify(one)) as Value);
const step = fc.oneof(key, fc.nat(2), fc.constant(EVERY));
const dropPath = fc
  .tuple(key, fc.array(step, { maxLength: 2 }), fc.option(key, { nil: undefined }))
  .map(([first, middle, last]): DropPath => (last === undefined ? [first] : [first, ...middle, last]));
/** Any object that has a model, wherever it stands. */
const body = jsonObjectText.map((text) =>
  text.replace("{", isEmpty(text) ? `{"model":"m"` : `{"model":"m",`),
);

function isEmpty(text: string): boolean {
  return Object.keys(JSON.parse(text) as object).length === 0;
}

type Value = Record<string, unknown>;

/** The plain way to do it. */
function takeOut(value: unknown, [first, ...rest]: readonly DropStep[]): void {
  if (typeof value !== "object" || value === null || first === undefined) return;
  if (typeof first === "string") {
    if (Array.isArray(value) || !Object.hasOwn(value, first)) return;
    if (rest.length === 0) delete (value as Value)[first];
    else takeOut((value as Value)[first], rest);
  } else if (Array.isArray(value)) {
    for (const [index, element] of value.entries())
      if (first === EVERY || first === index) takeOut(element, rest);
  }
}

test("whatever a body is, it is what a parser would make of it, and its own values win", () => {
  fc.assert(
    fc.property(
      body,
      fc.tuple(record, record),
      fc.array(dropPath, { maxLength: 4 }),
      (text, [add, replace], paths) => {
        const dropped = new Set(paths.filter(({ length }) => length === 1).map(([first]) => first));
        const kept = (one: Value) =>
          Object.fromEntries(Object.entries(one).filter(([name]) => !dropped.has(name)));
        const given = { add: kept(add), replace: kept(replace) };
        const drop = paths.filter(([first]) => !Object.hasOwn(given.replace, first));
        const own = JSON.parse(text) as Value;
        for (const path of drop) takeOut(own, path);
        expect(JSON.parse(changed(text, { ...given, drop }))).toEqual({
          ...given.add,
          ...own,
          ...given.replace,
        });
      },
    ),
    { numRuns: 1_000 },
  );
});

test("where nothing is taken out, every byte of it stays, behind what was put in", () => {
  fc.assert(
    fc.property(body, record, (text, add) => {
      const own = JSON.parse(text) as Value;
      const given = Object.entries(add)
        .filter(([name]) => !Object.hasOwn(own, name))
        .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`);
      const start = text.indexOf("{") + 1;
      expect(changed(text, { add })).toBe(text.slice(0, start) + given.join("") + text.slice(start));
    }),
    { numRuns: 1_000 },
  );
});
