import { expect, test } from "vitest";
import { SNAPSHOT } from "../test/snapshots.ts";
import { isRoutable, type Verdict } from "./verdict.ts";

test.each([
  [true, true, true],
  [true, false, false],
  [true, null, false],
  [false, true, false],
  [false, false, false],
  [false, null, false],
])("ready: %s and name matches: %j is proven: %s", (ready, nameMatches, proven) => {
  const verdict = { ...SNAPSHOT.verdicts[0], ready, nameMatches } as Verdict;
  expect(isRoutable(verdict)).toBe(proven);
});
