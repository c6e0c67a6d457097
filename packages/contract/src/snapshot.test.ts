import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SNAPSHOT, snapshots } from "../test/snapshots.ts";
import { parseSnapshot, parseSnapshotInSlices, printSnapshot, type Snapshot } from "./snapshot.ts";

const [VERDICT] = SNAPSHOT.verdicts;
const faultOf = (value: unknown) => {
  const parsed = parseSnapshot(JSON.stringify(value));
  return parsed.ok ? "accepted" : parsed.error;
};

test("a snapshot that was printed is read as it was", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(parseSnapshot(printSnapshot(snapshot))).toEqual({ ok: true, value: snapshot });
    }),
  );
});

test("one on a single line, as another program would print it, is read all the same", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      expect(parseSnapshot(JSON.stringify(snapshot))).toEqual({ ok: true, value: snapshot });
    }),
  );
});

describe("in slices", () => {
  const verdicts = Array.from({ length: 2_000 }, (_, index) => ({
    ...SNAPSHOT.verdicts[0],
    deployment: `chat-${index}`,
    detail: `line\nbreak ",\n{" of ${index}`,
  }));
  const large = { ...SNAPSHOT, verdicts } as Snapshot;
  const text = printSnapshot(large);

  test("a large one is the same as in one go", () => {
    const parsing = parseSnapshotInSlices(text);
    let slices = 0;
    let step = parsing.next();
    for (; step.done !== true; step = parsing.next()) slices += 1;
    expect(step.value).toEqual({ ok: true, value: large });
    expect(slices).toBeGreaterThan(4);
    expect(text.split("\n")).toHaveLength(2_002);
  });

  test("a fault is told with the place that it has in the whole", () => {
    const spoilt = text.replace('"deployment":"chat-1999"', '"deployment":1999');
    expect(parseSnapshot(spoilt)).toEqual({
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
    expect(parseSnapshot(spoilt)).toEqual({
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
        expect(parseSnapshot(spoilt)).toEqual(inOneGo(spoilt));
      }),
      { numRuns: 300 },
    );
  });
});

/** The text read by JSON.parse, and printed without our line breaks. */
function inOneGo(text: string): ReturnType<typeof parseSnapshot> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: `not JSON (${text.length} characters): torn or truncated` };
  }
  return parseSnapshot(JSON.stringify(value));
}

test("every truncation of it is refused", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const text = printSnapshot(snapshot);
      const lengths = Array.from({ length: text.length }, (_, length) => length);
      expect(lengths.filter((length) => parseSnapshot(text.slice(0, length)).ok)).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("so is one with the beginning of another behind it, or with its own end twice", () => {
  const text = printSnapshot(SNAPSHOT);
  for (let length = 1; length < text.length; length += 1) {
    expect(parseSnapshot(text + text.slice(0, length)).ok).toBe(false);
    expect(parseSnapshot(text + text.slice(-length)).ok).toBe(false);
  }
});

test("a text that was cut says so, with its length", () => {
  expect(parseSnapshot('{"version":1,')).toEqual({
    ok: false,
    error: "not JSON (13 characters): torn or truncated",
  });
  expect(parseSnapshot("")).toEqual({ ok: false, error: "not JSON (0 characters): torn or truncated" });
});

test.each([
  [2, "version 2, expected 1"],
  [0, "version 0, expected 1"],
  ["1", "version unknown, expected 1"],
  [undefined, "version unknown, expected 1"],
  [null, "version unknown, expected 1"],
  [{ major: 1 }, "version unknown, expected 1"],
])("version %j is refused", (version, fault) => {
  expect(faultOf({ ...SNAPSHOT, version })).toBe(fault);
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
    [{ prober: [] }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: 1, startedAt: 1 } }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: "a" } }, "prober is not {instance, startedAt}"],
    [{ prober: { instance: "a", startedAt: 1, url: 4001 } }, "prober is not {instance, startedAt}"],
    [{ config: 5 }, "config is not a string"],
    [{ verdicts: {} }, "verdicts is not a list"],
    [{ verdicts: undefined }, "verdicts is not a list"],
    [{ verdicts: [VERDICT, null] }, "verdicts[1].itself is not as expected"],
    [{ verdicts: [[]] }, "verdicts[0].itself is not as expected"],
  ])("%j", (change, fault) => {
    expect(faultOf({ ...SNAPSHOT, ...change })).toBe(fault);
  });

  test("a number too large for one is none", () => {
    const huge = printSnapshot(SNAPSHOT).replace('"sequence":7', '"sequence":1e999');
    expect(parseSnapshot(huge)).toEqual({ ok: false, error: `sequence ${text}` });
  });

  test.each([
    ["deployment", 1],
    ["alias", null],
    ["check", {}],
    ["ready", "true"],
    ["ready", 1],
    ["nameMatches", "true"],
    ["nameMatches", undefined],
    ["reason", "fine"],
    ["reason", "toString"],
    ["reason", "__proto__"],
    ["reason", null],
    ["warnings", ["odd"]],
    ["warnings", ["constructor"]],
    ["warnings", "saturated"],
    ["expected", undefined],
    ["found", ["a", 1]],
    ["found", "a"],
    ["detail", 5],
    ["hint", []],
    ["since", -1],
    ["observedAt", "now"],
    ["lastGoodAt", "never"],
    ["lastGoodAt", undefined],
    ["readyInMs", -1],
    ["readyInMs", null],
  ])("a verdict whose %s is %j", (key, value) => {
    expect(faultOf({ ...SNAPSHOT, verdicts: [{ ...VERDICT, [key]: value }] })).toBe(
      `verdicts[0].${key} is not as expected`,
    );
  });

  test("every part of a verdict is needed", () => {
    for (const key of Object.keys(VERDICT ?? {})) {
      expect(faultOf({ ...SNAPSHOT, verdicts: [{ ...VERDICT, [key]: undefined }] })).toContain(key);
    }
  });
});

describe("a hostile text", () => {
  test("cannot bring its parts in by way of __proto__", () => {
    expect(parseSnapshot(`{"__proto__":${printSnapshot(SNAPSHOT)}}`).ok).toBe(false);
    const hidden = `{"version":1,"__proto__":${printSnapshot(SNAPSHOT)}}`;
    expect(parseSnapshot(hidden).ok).toBe(false);
  });

  test.each(["version", "prober", "verdicts", "config"])(
    "nested without end in %s is refused in few words",
    (key) => {
      const depth = 200_000;
      const text = `{"version":1,"sequence":1,"writtenAt":1,"intervalMs":1,"prober":{"instance":"a","startedAt":1},"config":"","verdicts":[],"${key}":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const parsed = parseSnapshot(text);
      expect(parsed.ok ? "" : parsed.error).toMatch(/^.{10,60}$/);
    },
  );

  test("with a version of a million letters is refused in few words", () => {
    expect(faultOf({ ...SNAPSHOT, version: "1".repeat(1_000_000) }).length).toBeLessThan(60);
  });

  test("of any kind is refused without an exception", () => {
    const text = fc.oneof(fc.json(), fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, (some) => {
        expect(parseSnapshot(some).ok).toBe(false);
      }),
    );
  });
});

test("parts that a later prober adds are no fault", () => {
  expect(faultOf({ ...SNAPSHOT, region: "eu", verdicts: [{ ...VERDICT, load: 0.5 }] })).toBe("accepted");
});
