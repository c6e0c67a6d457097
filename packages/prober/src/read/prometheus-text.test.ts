import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestOf, samplesOf, sumOf } from "./prometheus-text.ts";

describe("a metric", () => {
  it.each([
    ["without labels", "up 1", [{ labels: "", value: 1 }]],
    ["with labels", 'up{a="b",c="d"} 2.5', [{ labels: 'a="b",c="d"', value: 2.5 }]],
    ["with empty labels", "up{} 3", [{ labels: "", value: 3 }]],
    ["with a time behind its value", "up 4 1755400000000", [{ labels: "", value: 4 }]],
    ["with an exponent", "up 1.7554e+09", [{ labels: "", value: 1_755_400_000 }]],
    ["below zero", "up -1", [{ labels: "", value: -1 }]],
    ["with more room than needed", 'up{a="b"}   5', [{ labels: 'a="b"', value: 5 }]],
    ["with carriage returns", "up 6\r\nup 7\r", [6, 7].map((value) => ({ labels: "", value }))],
    ["with braces in a label", 'up{path="/{id}"} 8', [{ labels: 'path="/{id}"', value: 8 }]],
    ["with an escaped quote in a label", 'up{a="\\"} 1"} 9', [{ labels: 'a="\\"} 1"', value: 9 }]],
    [
      "many times, among others",
      '# TYPE up gauge\nup{i="0"} 1\ndown 5\nup{i="1"} 2\n\nup{i="2"} 3',
      [1, 2, 3].map((value, index) => ({ labels: `i="${index}"`, value })),
    ],
  ])("is read %s", (_how, page, samples) => {
    expect(samplesOf(page, "up")).toEqual(samples);
  });

  it.each([
    ["that is a longer name", "up_total 1\nupper 2\nup:x 3"],
    ["in the middle of a line", 'x_up 1\n x{a="up 2"} 3'],
    ["in a comment", "# HELP up 1\n#up 2"],
    ["without a value", "up\nup \nup{}"],
    ["whose value is no number", "up one\nup 1,5"],
    ["whose value is not finite", "up NaN\nup +Inf\nup -Inf"],
    ["whose labels do not end", 'up{a="b" 1'],
    ["on an empty page", ""],
  ])("has no sample %s", (_what, page) => {
    expect(samplesOf(page, "up")).toEqual([]);
    expect(sumOf(page, "up")).toBeNull();
    expect(largestOf(page, "up")).toBeNull();
  });

  it("has a sum and a largest value over its samples", () => {
    const page = 'up{engine="0"} 3\nup{engine="1"} 4\nup{engine="2"} NaN\n';
    expect(sumOf(page, "up")).toBe(7);
    expect(largestOf(page, "up")).toBe(4);
    expect(sumOf("up 0\n", "up")).toBe(0);
    expect(largestOf("up 0\n", "up")).toBe(0);
  });

  it("with an exemplar has its own value, not that of the exemplar", () => {
    const page = 'up_total{a="b"} 5 # {trace_id="7f"} 0.25 1755400000\nup_total 6 # {trace_id="80"} 0.5\n';
    expect(samplesOf(page, "up_total").map(({ value }) => value)).toEqual([5, 6]);
  });
});

const NAMES = ["up", "up_total", "upper", "vllm:num_requests_waiting", "vllm:num_requests_waiting_by_reason"];

interface Line {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  readonly at: number | null;
}

const line: fc.Arbitrary<Line> = fc.record({
  name: fc.constantFrom(...NAMES),
  labels: fc.array(fc.tuple(fc.constantFrom("model_name", "engine"), fc.string({ maxLength: 8 }))),
  value: fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  at: fc.option(fc.nat()),
});

/** As Prometheus's client libraries print it: the three characters that must be escaped in a label are. */
function print({ name, labels, value, at }: Line): string {
  const inner = labels
    .map(
      ([key, text]) => `${key}="${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`,
    )
    .join(",");
  return `${name}${labels.length === 0 ? "" : `{${inner}}`} ${value}${at === null ? "" : ` ${at}`}`;
}

it("whatever is printed is read, and nothing else", () => {
  const comment = fc.constantFrom("# HELP up Is it up", "# TYPE up gauge", "", "# EOF", "# up 7");
  fc.assert(
    fc.property(fc.array(fc.oneof(line, comment)), fc.constantFrom(...NAMES), (lines, name) => {
      const page = lines.map((one) => (typeof one === "string" ? one : print(one))).join("\n");
      const values = lines.flatMap((one) =>
        typeof one !== "string" && one.name === name ? [one.value] : [],
      );
      // JSON knows no negative zero, and neither do we.
      expect(samplesOf(page, name).map(({ value }) => value + 0)).toEqual(values.map((value) => value + 0));
    }),
    { numRuns: 500 },
  );
});

/** The same by other means: line by line and character by character. */
function readSlowly(page: string, name: string): number[] {
  return page.split("\n").flatMap((text) => {
    if (!text.startsWith(name)) return [];
    let at = name.length;
    if (text[at] === "{") {
      let quoted = false;
      for (at += 1; at < text.length && (quoted || text[at] !== "}"); at += 1) {
        if (quoted && text[at] === "\\") at += 1;
        else if (text[at] === '"') quoted = !quoted;
      }
      if (text[at] !== "}") return [];
      at += 1;
    } else if (text[at] !== " ") return [];
    const [value = ""] = text.slice(at).trim().split(" ");
    return value === "" || !Number.isFinite(Number(value)) ? [] : [Number(value)];
  });
}

it("a page of odds and ends is read as a slow reader would", () => {
  const piece = fc.constantFrom(
    "up",
    "{",
    "}",
    '"',
    "\\",
    " ",
    "\n",
    "1",
    "2.5",
    'a="b"',
    "_total",
    "#",
    "NaN",
    "up 1\n",
    'up{a="}"} 2\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const page = pieces.join("");
      expect(samplesOf(page, "up").map(({ value }) => value)).toEqual(readSlowly(page, "up"));
    }),
    { numRuns: 5_000 },
  );
});

describe("a hostile page", () => {
  const MANY = 400_000;

  it.each([
    ["one line without end", "up ".repeat(MANY)],
    ["nothing but the name", "up\n".repeat(MANY)],
    ["the name over and over in one line", `x${"up".repeat(MANY)}`],
    ["open braces", `up${"{".repeat(MANY)}`],
    ["open quotes", `up{a="${'\\"'.repeat(MANY)}`],
    ["labels without end", `up{${'a="b",'.repeat(MANY)}`],
    ["spaces before no value", `up${" ".repeat(MANY)}`],
  ])("is read in the end, to no harm: %s", (_what, page) => {
    expect(samplesOf(page, "up").every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  it("of a hundred thousand samples is read whole", () => {
    expect(sumOf('up{engine="0"} 1\n'.repeat(100_000), "up")).toBe(100_000);
  });
});
