import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BufferedLineWriter } from "./buffered-line-writer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collected() {
  const batches: string[] = [];
  return { batches, held: new BufferedLineWriter({ write: (lines) => batches.push(lines) }) };
}

test("lines go on together after a moment, counted from the first of them", () => {
  const { batches, held } = collected();
  held.write("a\n");
  vi.advanceTimersByTime(150);
  held.write("b\n");
  vi.advanceTimersByTime(49);
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(batches).toEqual(["a\nb\n"]);
  held.write("c\n");
  vi.advanceTimersByTime(200);
  expect(batches).toEqual(["a\nb\n", "c\n"]);
});

test("many lines do not wait, leave in batches that a pipe takes in one piece, and none of them comes twice", () => {
  const { batches, held } = collected();
  const line = `${"ü".repeat(50)}\n`;
  for (let count = 0; count < 1_000; count += 1) held.write(line);
  expect(batches.length).toBe(24);
  for (const batch of batches) expect(Buffer.byteLength(batch)).toBeLessThanOrEqual(4_096);
  held.flush();
  vi.advanceTimersByTime(1_000);
  expect(batches.join("")).toBe(line.repeat(1_000));
});

test("a line that is longer than a batch goes alone", () => {
  const { batches, held } = collected();
  for (const line of ["a\n", `${"x".repeat(5_000)}\n`, "b\n"]) held.write(line);
  held.flush();
  expect(batches.map(({ length }) => length)).toEqual([2, 5_001, 2]);
});

test("nothing is passed on where nothing is held", () => {
  const { batches, held } = collected();
  held.flush();
  expect(batches).toEqual([]);
});
