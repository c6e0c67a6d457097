import * as fc from "fast-check";

/** JSON texts as anybody may write them: white space, escapes, raw unicode, repeated keys, nesting. */

const space = (units: readonly string[]) =>
  fc.array(fc.constantFrom(...units), { maxLength: 2 }).map((parts) => parts.join(""));

/** Every white space of JSON, or only what may stand within one line. */
const ANY_SPACE = space([" ", "\t", "\n", "\r"]);
const LINE_SPACE = space([" ", "\t"]);

/** Texts that are made to be mistaken for a key, beside all others. */
const text = fc.oneof(
  fc.constantFrom("model", "stream", 'x"model', "model\\", '"model":"x"', '\\"model":"x"', ""),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ maxLength: 8 }),
);

const key = fc.oneof(
  { arbitrary: fc.constantFrom("model", "stream"), weight: 2 },
  { arbitrary: text, weight: 3 },
);

/** As JSON.stringify prints it, some characters turned into \u escapes. */
function printString(content: string, escaped: readonly boolean[]): string {
  const parts = Array.from(content, (character, index) =>
    escaped[index % escaped.length] === true
      ? Array.from({ length: character.length }, (_, at) => {
          return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
        }).join("")
      : JSON.stringify(character).slice(1, -1),
  );
  return `"${parts.join("")}"`;
}

const escapes = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
const plainly = fc.constant([false]);

interface Style {
  readonly gap: fc.Arbitrary<string>;
  readonly keys: fc.Arbitrary<readonly boolean[]>;
}

function objectText({ gap, keys }: Style): fc.Arbitrary<string> {
  const stringText = fc.tuple(text, escapes).map(([content, escaped]) => printString(content, escaped));
  const keyText = fc.tuple(key, keys).map(([content, escaped]) => printString(content, escaped));
  const { object } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { arbitrary: stringText, weight: 3 },
      { arbitrary: fc.constantFrom("true", "false", "null"), weight: 2 },
      {
        arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => JSON.stringify(one)),
        weight: 1,
      },
      { arbitrary: tie("object"), weight: 1 },
      { arbitrary: tie("list"), weight: 1 },
    ),
    object: fc
      .array(fc.tuple(gap, keyText, gap, fc.constant(":"), gap, tie("value"), gap), { maxLength: 5 })
      .map((members) => `{${members.map((parts) => parts.join("")).join(",")}}`),
    list: fc
      .array(fc.tuple(gap, tie("value"), gap), { maxLength: 4 })
      .map((items) => `[${items.map((parts) => parts.join("")).join(",")}]`),
  }));
  return object;
}

/** The text of any JSON object. */
export const jsonObjectText = fc
  .tuple(ANY_SPACE, objectText({ gap: ANY_SPACE, keys: escapes }), ANY_SPACE)
  .map((parts) => parts.join(""));

/** The text of a JSON object on one line, with keys as every server writes them: no letter of theirs escaped. */
export const jsonLine = objectText({ gap: LINE_SPACE, keys: plainly });

/** A text as chunks cut anywhere, in the middle of characters too. */
export function cutAnywhere(content: string | Buffer): fc.Arbitrary<Buffer[]> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((places) => {
    const cuts = [0, ...places.toSorted((one, other) => one - other), bytes.length];
    return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
  });
}
