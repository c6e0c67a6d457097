import { VERDICTS, type Snapshot } from "@rollcall/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RUN, snapshotOf, TOY_SAMPLE, verdictOf } from "../test/samples.ts";
import { changeBetween } from "./changes.ts";
import {
  endOfChanges,
  parseChange,
  parseSnapshot,
  parseSnapshotInSlices,
  printChange,
  printSnapshot,
  splitBase,
  splitChanges,
} from "./snapshot-text.ts";

/** A few records, whose texts may hold anything. */
const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    sequence: fc.nat(),
    texts: fc.array(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant("\n]}\n")), {
      maxLength: 5,
    }),
  })
  .map(({ sequence, texts }) => ({
    ...snapshotOf(sequence),
    verdicts: texts.map((detail, index) => ({ ...verdictOf(index, 1), detail })),
  }));

const parse = (text: string) => parseSnapshot(VERDICTS, text);
const print = (snapshot: Snapshot) => printSnapshot(VERDICTS, snapshot);
const SNAPSHOT: Snapshot = { ...snapshotOf(7), verdicts: [verdictOf(1, 1)] };
const faultOf = (value: unknown) => {
  const parsed = parse(JSON.stringify(value));
  return parsed.ok ? "accepted" : parsed.error;
};
const written = (facts: object) => ({ version: 2, ...SNAPSHOT, ...facts });

test("a snapshot that was printed is read as it was", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(parse(print(snapshot))).toEqual({ ok: true, value: snapshot });
    }),
  );
});

test("so is one of any other kind", () => {
  const { kind, of } = TOY_SAMPLE;
  expect(parseSnapshot(kind, printSnapshot(kind, of(3)))).toEqual({ ok: true, value: of(3) });
});

test("one on a single line, as another program would print it, is read all the same", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(parse(JSON.stringify({ version: 2, ...snapshot }))).toEqual({ ok: true, value: snapshot });
    }),
  );
});

/** As the release before wrote it, to the letter. */
const VERSION_1 = `{"version":1,"sequence":7,"writtenAt":1700000000000,"intervalMs":2000,"prober":{"instance":"p","startedAt":1690000000000,"url":"http://127.0.0.1:4001"},"config":"0123456789abcdef","verdicts":[
{"deployment":"chat-1","alias":"chat","check":"fe","ready":true,"nameMatches":true,"reason":"ok","warnings":["saturated"],"expected":"m","found":["m"],"detail":"","hint":"","since":1,"observedAt":2,"lastGoodAt":2,"served":{"kind":"vllm","version":"0.11","root":null,"parent":null,"maxModelLen":8192},"history":{"loadTimesMs":[9],"falls":[3]}}
]}`;

test("version 1 is read as it is", () => {
  const { version: _version, ...whole } = JSON.parse(VERSION_1);
  expect(parse(VERSION_1)).toEqual({ ok: true, value: whole });
});

describe("in slices", () => {
  const verdicts = Array.from({ length: 2_000 }, (_, index) => ({
    ...verdictOf(1, 1),
    deployment: `chat-${index}`,
    detail: `line\nbreak ",\n{" of ${index}`,
  }));
  const large: Snapshot = { ...SNAPSHOT, verdicts };
  const text = print(large);

  test("a large one is the same as in one go", () => {
    const parsing = parseSnapshotInSlices(VERDICTS, text);
    let slices = 0;
    let step = parsing.next();
    for (; step.done !== true; step = parsing.next()) slices += 1;
    expect(step.value).toEqual({ ok: true, value: large });
    expect(slices).toBeGreaterThan(4);
    expect(text.split("\n")).toHaveLength(2_002);
  });

  test("a fault is told with the place that it has in the whole", () => {
    const spoilt = text.replace('"deployment":"chat-1999"', '"deployment":1999');
    expect(parse(spoilt)).toEqual({
      ok: false,
      error: "verdicts[1999].deployment is not as expected",
    });
  });

  /** What would become JSON, or lose its place, if slices were not looked at for themselves. */
  test.each([
    ["a comma too many at the end", text.replace(/\n\]\}$/, ",\n\n]}")],
    ["a comma too many in the middle", text.replaceAll(",\n{", ",\n,\n{")],
    ["a list closed and opened again", text.replaceAll(",\n{", "],\n[{")],
    ["a list closed early", text.replace(/,\n(?=[^\n]*\n\]\})/, "]\n,\n")],
    ["no commas", text.replaceAll(",\n", "\n")],
    ["a second head", text.replace("\n", `\n${text.slice(0, text.indexOf("\n"))}\n`)],
  ])("%s is refused, as it is in one go", (_what, spoilt) => {
    expect(() => JSON.parse(spoilt)).toThrow(SyntaxError);
    expect(parse(spoilt)).toEqual({
      ok: false,
      error: `not JSON (${spoilt.length} characters): torn or truncated`,
    });
  });

  test("any text with something else in one place is taken or refused as it is in one go", () => {
    const part = fc.constantFrom("", ",", "\n", ",\n", "]", "}", "]}", "[", "{", '"', "null", "1", "\\");
    const place = fc.nat({ max: text.length });
    fc.assert(
      fc.property(place, part, fc.nat({ max: 3 }), (at, other, gone) => {
        const spoilt = text.slice(0, at) + other + text.slice(at + gone);
        expect(parse(spoilt)).toEqual(inOneGo(spoilt));
      }),
      { numRuns: 300 },
    );
  });
});

/** The text read by JSON.parse, and printed without our line breaks. */
function inOneGo(text: string): ReturnType<typeof parse> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: `not JSON (${text.length} characters): torn or truncated` };
  }
  return parse(JSON.stringify(value));
}

test("every truncation of it is refused", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const text = print(snapshot);
      const lengths = Array.from({ length: text.length }, (_, length) => length);
      expect(lengths.filter((length) => parse(text.slice(0, length)).ok)).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("so is one with the beginning of another behind it, or with its own end twice", () => {
  const text = print(SNAPSHOT);
  for (let length = 1; length < text.length; length += 1) {
    expect(parse(text + text.slice(0, length)).ok).toBe(false);
    expect(parse(text + text.slice(-length)).ok).toBe(false);
  }
});

test("a text that was cut says so, with its length", () => {
  expect(parse('{"version":2,')).toEqual({
    ok: false,
    error: "not JSON (13 characters): torn or truncated",
  });
  expect(parse("")).toEqual({ ok: false, error: "not JSON (0 characters): torn or truncated" });
});

test.each([
  [3, "version 3, expected 2 or 1"],
  [0, "version 0, expected 2 or 1"],
  ["2", "version unknown, expected 2 or 1"],
  [undefined, "version unknown, expected 2 or 1"],
  [null, "version unknown, expected 2 or 1"],
  [{ major: 2 }, "version unknown, expected 2 or 1"],
])("version %j is refused", (version, fault) => {
  expect(faultOf(written({ version }))).toBe(fault);
});

test("of the first version of a kind there is none before", () => {
  const parsed = parseSnapshot({ ...VERDICTS, version: 1 }, '{"version":0}');
  expect(parsed).toEqual({ ok: false, error: "version 0, expected 1" });
});

test.each([[[]], [null], ["snapshot"], [5], [true], [[SNAPSHOT]]])("%j is no snapshot", (value) => {
  expect(faultOf(value)).toBe("not a JSON object");
});

describe("a snapshot of the wrong shape is refused by the part that is wrong", () => {
  const text = "is not a number of zero or more";
  test.each<[object, string]>([
    [{ sequence: -1 }, `sequence ${text}`],
    [{ sequence: "7" }, `sequence ${text}`],
    [{ sequence: undefined }, `sequence ${text}`],
    [{ writtenAt: null }, `writtenAt ${text}`],
    [{ intervalMs: [2_000] }, `intervalMs ${text}`],
    [{ prober: undefined }, "prober is not {instance, startedAt}"],
    [{ config: 5 }, "config is not a string"],
    [{ verdicts: {} }, "verdicts is not a list"],
    [{ verdicts: undefined }, "verdicts is not a list"],
    [{ verdicts: [SNAPSHOT.verdicts[0], null] }, "verdicts[1].itself is not as expected"],
    [{ verdicts: [[]] }, "verdicts[0].itself is not as expected"],
  ])("%j", (change, fault) => {
    expect(faultOf(written(change))).toBe(fault);
  });

  test("a number too large for one is none", () => {
    const huge = print(SNAPSHOT).replace('"sequence":7', '"sequence":1e999');
    expect(parse(huge)).toEqual({ ok: false, error: `sequence ${text}` });
  });
});

describe("a hostile text", () => {
  test("cannot bring its parts in by way of __proto__", () => {
    expect(parse(`{"__proto__":${print(SNAPSHOT)}}`).ok).toBe(false);
    const hidden = `{"version":2,"__proto__":${print(SNAPSHOT)}}`;
    expect(parse(hidden).ok).toBe(false);
  });

  test.each(["version", "prober", "verdicts", "config"])(
    "nested without end in %s is refused in few words",
    (key) => {
      const depth = 200_000;
      const text = `{"version":2,"sequence":1,"writtenAt":1,"intervalMs":1,"prober":{"instance":"a","startedAt":1},"config":"","verdicts":[],"${key}":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const parsed = parse(text);
      expect(parsed.ok ? "" : parsed.error).toMatch(/^.{10,60}$/);
    },
  );

  test("with a version of a million letters is refused in few words", () => {
    expect(faultOf(written({ version: "1".repeat(1_000_000) })).length).toBeLessThan(60);
  });

  test("of any kind is refused without an exception", () => {
    const text = fc.oneof(fc.json(), fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, (some) => {
        expect(parse(some).ok).toBe(false);
        expect(parseChange(VERDICTS, some).ok).toBe(false);
      }),
    );
  });
});

test("parts that a later writer adds are no fault", () => {
  const later = written({ region: "eu", verdicts: [{ ...SNAPSHOT.verdicts[0], load: 0.5 }] });
  expect(faultOf(later)).toBe("accepted");
});

describe("changes", () => {
  const pairs = fc
    .tuple(snapshots, snapshots)
    .map(([before, after]) => [before, { ...after, sequence: before.sequence + 1 }] as const);

  test("are read as they were, one behind the other, and behind a base", () => {
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const change = changeBetween(VERDICTS, before, after) ?? { after: 0, changed: [], removed: [] };
        const text = printChange(VERDICTS, after, change);
        const found = { header: { ...after, verdicts: [] }, ...change };
        expect(parseChange(VERDICTS, text)).toEqual({ ok: true, value: found });
        expect(splitChanges(`${text}\n${text}\n${text.slice(0, -1)}`)).toEqual([text, text]);
        expect(splitBase([print(before), text, text].join("\n"))).toEqual({
          base: print(before),
          changes: [text, text],
        });
      }),
    );
  });

  test("end where the last whole one does", () => {
    const text = printChange(VERDICTS, SNAPSHOT, { after: 6, changed: SNAPSHOT.verdicts, removed: ["é"] });
    const bytes = Buffer.from(`${text}\n`);
    const two = Buffer.concat([bytes, bytes]);
    for (let length = 0; length < bytes.length; length += 1)
      expect(endOfChanges(two.subarray(0, bytes.length + length))).toBe(bytes.length);
    expect(endOfChanges(two)).toBe(two.length);
    expect(endOfChanges(bytes.subarray(0, -1))).toBe(0);
  });

  test("a base without any is itself, whoever printed it", () => {
    for (const base of [print(SNAPSHOT), JSON.stringify(SNAPSHOT), "", "{}"])
      expect(splitBase(base)).toEqual({ base, changes: [] });
  });

  test.each<[string, object, string]>([
    ["after nothing", { after: undefined }, "after is not a number of zero or more"],
    ["without keys", { removed: [1] }, "removed is not a list of keys"],
    ["without records", { changed: undefined }, "changed is not a list"],
    ["with a wrong record", { changed: [{}] }, "changed[0].deployment is not as expected"],
    ["of another version", { version: 4 }, "version 4, expected 2 or 1"],
  ])("%s are refused by the part that is wrong", (_which, facts, fault) => {
    const change = { version: 2, ...snapshotOf(8, RUN), after: 7, changed: [], removed: [], ...facts };
    expect(parseChange(VERDICTS, JSON.stringify(change))).toEqual({ ok: false, error: fault });
  });
});
