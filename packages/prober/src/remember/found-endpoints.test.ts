import { describe, expect, it } from "vitest";
import { readyHistory, SERVED } from "../../test/deployment-histories.ts";
import { NOTHING_KNOWN } from "./backend-state.ts";
import { addRound, wantsEndpoints, withMissing, type FoundEndpoints } from "./found-endpoints.ts";

const FOUND: FoundEndpoints = { start: 1, missing: ["rerank"], exchanges: [], failures: 0 };
const WHOLE = { start: 1, missing: [], exchanges: [], isWhole: true };
const BROKEN = { ...WHOLE, missing: ["embeddings"], isWhole: false };

describe("a server is asked", () => {
  it.each<[when: string, starts: number, found: FoundEndpoints | undefined]>([
    ["at its first start", 1, undefined],
    ["at the next start", 2, FOUND],
    ["again where it did not answer all", 1, { ...FOUND, failures: 2 }],
    ["at the next start, though it did not answer at this one", 2, { ...FOUND, failures: 3 }],
  ])("%s", (_when, starts, found) => {
    expect(wantsEndpoints({ ...NOTHING_KNOWN, served: true, starts }, found)).toBe(true);
  });

  it.each<[when: string, starts: number, found: FoundEndpoints | undefined]>([
    ["again at the same start", 1, FOUND],
    ["where it never answers", 1, { ...FOUND, failures: 3 }],
  ])("not %s", (_when, starts, found) => {
    expect(wantsEndpoints({ ...NOTHING_KNOWN, served: true, starts }, found)).toBe(false);
  });

  it("nothing while it does not serve", () => {
    expect(wantsEndpoints({ ...NOTHING_KNOWN, starts: 1 }, undefined)).toBe(false);
  });
});

describe("a round of questions", () => {
  it("with all answers replaces what was known", () => {
    expect(addRound(FOUND, { ...WHOLE, start: 2, missing: ["completions"] })).toEqual({
      start: 2,
      missing: ["completions"],
      exchanges: [],
      failures: 0,
    });
  });

  it("without all answers leaves what was known, and is counted for its start", () => {
    const once = addRound(FOUND, { ...BROKEN, start: 2 });
    expect(once).toEqual({ ...FOUND, start: 2, failures: 1 });
    expect(addRound(once, { ...BROKEN, start: 2 }).failures).toBe(2);
    expect(addRound(once, { ...BROKEN, start: 3 }).failures).toBe(1);
  });

  it("that fails for the third time tells what it has found", () => {
    const twice = { ...FOUND, failures: 2 };
    expect(addRound(twice, BROKEN)).toEqual({ ...FOUND, missing: ["embeddings"], failures: 3 });
  });

  it("that fails where nothing was known tells what it has found", () => {
    expect(addRound(undefined, BROKEN)).toMatchObject({ missing: ["embeddings"], failures: 1 });
  });
});

describe("a verdict", () => {
  const { verdict } = readyHistory({}, { served: SERVED });

  it("names what is missing, and nothing where nothing is", () => {
    const lacking = withMissing(verdict, ["rerank"]);
    expect(lacking.served).toEqual({ ...SERVED, missing: ["rerank"] });
    expect(withMissing(lacking, []).served).toEqual(SERVED);
  });

  it("is the same object where it says the same, or nothing was found", () => {
    const lacking = withMissing(verdict, ["rerank"]);
    expect(withMissing(lacking, ["rerank"])).toBe(lacking);
    expect(withMissing(lacking, undefined)).toBe(lacking);
    expect(withMissing(verdict, [])).toBe(verdict);
  });

  it("of a server that was never seen to serve names nothing", () => {
    const { served: _none, ...unseen } = verdict;
    expect(withMissing(unseen, ["rerank"])).toBe(unseen);
  });
});
