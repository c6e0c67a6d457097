import { expect, test } from "vitest";
import { continues, isNewer, parsePosition, printPosition, replaces, type Position } from "./position.ts";

const at = (sequence: number, instance = "prober-1"): Position => ({ instance, sequence });

test.each<[string, Position, Position | null]>([
  ["the first there is", at(5), null],
  ["the next of the same run", at(6), at(5)],
  ["one of the same run that comes after others", at(60), at(5)],
  ["the first of another run", at(1, "prober-2"), at(10)],
  ["one of another run with the same number", at(5, "prober-2"), at(5)],
])("%s is newer", (_about, candidate, last) => {
  expect(isNewer(candidate, last)).toBe(true);
});

test.each<[string, Position, Position]>([
  ["the same again", at(5), at(5)],
  ["an older one of the same run", at(4), at(5)],
])("%s is not", (_about, candidate, last) => {
  expect(isNewer(candidate, last)).toBe(false);
});

test.each<[string, readonly [sequence: number, writtenAt: number], boolean]>([
  ["a higher number, though its clock was set back", [6, 50], true],
  ["a lower number, written later: the one before was nobody's who counts", [4, 101], true],
  ["a lower number, written before", [4, 99], false],
  ["the same again", [5, 100], false],
])("a whole snapshot of %s", (_about, [sequence, writtenAt], takesItsPlace) => {
  expect(replaces({ ...at(sequence), writtenAt }, { ...at(5), writtenAt: 100 })).toBe(takesItsPlace);
});

test.each<[string, readonly [base: Position, last: Position | null], boolean]>([
  ["the last read", [at(5), at(5)], true],
  ["one before the last read, of which it holds the rest", [at(3), at(5)], true],
  ["one that was not read", [at(6), at(5)], false],
  ["one of another run", [at(5, "prober-2"), at(5)], false],
  ["anything, where nothing was read", [at(0), null], false],
])("a change that goes on from %s", (_about, [base, last], goesOn) => {
  expect(continues(base, last)).toBe(goesOn);
});

test.each<[string | null, Position | null]>([
  ["prober-1-7", at(7)],
  ["7f0c-2-0", at(0, "7f0c-2")],
  ["prober", null],
  ["prober-x", null],
  ["", null],
  [null, null],
])("%j is read as %j", (name, position) => {
  expect(parsePosition(name)).toEqual(position);
  if (position !== null) expect(printPosition(position)).toBe(name);
});
