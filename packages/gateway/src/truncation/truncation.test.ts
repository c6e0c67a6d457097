import { describe, expect, test } from "vitest";
import { learnRatio } from "./bytes-per-token.ts";
import {
  holds,
  isOver,
  isRoundLimit,
  isTold,
  isTooFew,
  NO_TRUNCATION,
  onTooFew,
  onWhole,
  type Truncation,
} from "./truncation.ts";

const HOUR = 3_600_000;

test.each<[string, number, number, number, boolean]>([
  ["as many as usual", 4_000, 16_000, 6, false],
  ["Ollama's default, and text for twice as many", 4_096, 40_000, 6, true],
  ["Ollama's default, and text for about as many", 4_096, 20_000, 6, false],
  ["no limit, and text for twice as many", 4_095, 40_000, 6, false],
  ["no limit, and text for three times as many", 4_095, 60_000, 6, true],
  ["no limit, where tokens are known to be short", 4_095, 40_000, 4.5, true],
  ["a limit, where tokens are known to be long", 4_096, 40_000, 10, false],
  ["TEI's default", 512, 4_000, 6, true],
  ["a few: the rest was cached and is left out", 12, 40_000, 6, false],
])("%s", (_case, ...[tokens, bytes, ratio, expected]) => {
  expect(isTooFew({ tokens, bytes }, ratio)).toBe(expected);
});

test.each([128, 256, 512, 2_048, 4_096, 8_192, 10_000, 32_768, 40_960, 128_000])(
  "%d is what people set as a context",
  (tokens) => expect(isRoundLimit(tokens)).toBe(true),
);

test.each([129, 1_025, 1_100, 4_095, 4_097, 12_345])("%d is not", (tokens) =>
  expect(isRoundLimit(tokens)).toBe(false),
);

describe("what is told", () => {
  type Step = ["few" | "whole", tokens: number, at?: number];
  const after = (steps: readonly Step[]) =>
    steps.reduce<Truncation>(
      (known, [what, tokens, at = 0]) =>
        what === "few" ? onTooFew(known, tokens, at) : onWhole(known, tokens),
      NO_TRUNCATION,
    );

  test.each<[string, readonly Step[], boolean]>([
    ["nothing was seen", [], false],
    ["once", [["few", 4_096]], false],
    ["twice", [["few", 4_096], ["few", 4_096]], true], // prettier-ignore
    [
      "twice, with short prompts in between",
      [
        ["few", 4_096],
        ["whole", 900],
        ["few", 4_096],
      ],
      true,
    ],
    [
      "twice, with a longer prompt in between",
      [
        ["few", 4_096],
        ["whole", 4_097],
        ["few", 4_096],
      ],
      false,
    ],
    [
      "twice, and then a longer prompt",
      [
        ["few", 4_096],
        ["few", 4_096],
        ["whole", 5_000],
      ],
      false,
    ],
    [
      "twice, cut between messages",
      [
        ["few", 3_100],
        ["few", 3_900],
      ],
      true,
    ],
    [
      "cut between messages, and one as long",
      [
        ["few", 3_900],
        ["whole", 4_050],
        ["few", 3_100],
      ],
      true,
    ],
    [
      "twice, with no limit that explains both",
      [
        ["few", 300],
        ["few", 4_096],
      ],
      false,
    ],
    [
      "one far smaller",
      [
        ["few", 4_096],
        ["few", 300],
      ],
      false,
    ],
    [
      "the second an hour later",
      [
        ["few", 4_096, 0],
        ["few", 4_096, HOUR],
      ],
      false,
    ],
  ])("%s", (_case, steps, expected) => {
    const at = steps.at(-1)?.[2] ?? 0;
    expect(isTold(after(steps), at)).toBe(expected);
  });

  test("is forgotten an hour later", () => {
    const told = after([
      ["few", 4_096],
      ["few", 4_096],
    ]);
    expect(isTold(told, HOUR - 1)).toBe(true);
    expect(isTold(told, HOUR)).toBe(false);
    expect(holds(told, HOUR)).toBe(false);
  });
});

test("a limit cuts what needs more at the usual ratio, however low the alias's is", () => {
  expect(isOver(25_000, 4_096, 4.5)).toBe(true);
  expect(isOver(24_000, 4_096, 4.5)).toBe(false);
});

test("the ratio goes where an alias's answers are, within bounds", () => {
  const learn = (samples: readonly number[]) => samples.reduce(learnRatio, 6);
  expect(learn(Array<number>(100).fill(4.8))).toBeCloseTo(5, 0);
  expect(learn(Array<number>(1_000).fill(1.4))).toBe(4.5);
  expect(learn(Array<number>(10).fill(9))).toBeGreaterThan(8);
  expect(learn(Array<number>(1_000).fill(80))).toBe(10);
  // One that is unusual moves it little.
  expect(learn([...Array<number>(200).fill(4.5), 8])).toBeLessThan(5.5);
});
