import { expect, test } from "vitest";
import { candidateOf } from "../../test/candidates.ts";
import { byTags } from "./tags.ts";
import { ranked, type Target } from "./target.ts";

/** Deployments by their id, with what they are tagged; those in capitals are not ready. */
function targetOf(fleet: Readonly<Record<string, readonly string[]>>): Target {
  const [routable, unroutable] = [true, false].map((isReady) =>
    Object.entries(fleet).filter(([id]) => (id === id.toLowerCase()) === isReady),
  ) as [[string, readonly string[]][], [string, readonly string[]][]];
  return {
    alias: "chat",
    mode: "chat",
    ...ranked(routable.map(([id, tags]) => candidateOf(id, { params: { tags } }))),
    unroutable: unroutable.map(([id, tags]) => ({ id, reason: "down", tags })),
    fallbacks: [],
    contextWindowFallbacks: [],
    serves: null,
  };
}

const chosen = (target: Target | null) =>
  target === null
    ? null
    : [...target.routable, ...target.unroutable]
        .map(({ id }) => id)
        .toSorted()
        .join(" ");

const FLEET = { free: ["free"], paid: ["paid", "eu"], spare: ["default"], plain: [] };
const READY = { a: ["a"], b: ["b"] };

test.each<
  readonly [
    about: string,
    fleet: Readonly<Record<string, readonly string[]>>,
    tags: readonly string[],
    any: string | null,
    all: string | null,
  ]
>([
  ["its own", FLEET, ["free"], "free", "free"],
  ["each of two", FLEET, ["free", "paid"], "free paid", null],
  ["both on one", FLEET, ["paid", "eu"], "paid", "paid"],
  ["one known and one unknown", FLEET, ["paid", "us"], "paid", null],
  ["an unknown one goes to the default", FLEET, ["us"], "spare", "spare"],
  ["no tag goes to the default", FLEET, [], "spare", "spare"],
  ["the default asked for", FLEET, ["default"], "spare", "spare"],
  ["required", FLEET, ["&eu"], "paid", "paid"],
  ["required, and nobody has it", FLEET, ["&us"], null, null],
  ["excluded, of the default ones", { ...FLEET, old: ["default", "old"] }, ["!old"], "spare", "spare"],
  ["excluded where there is no default", { a: ["a"], b: ["b"], c: [] }, ["!a"], "b c", "b c"],
  ["wanted, and one of them excluded", { x: ["a", "old"], y: ["a"] }, ["a", "!old"], "y", "y"],
  ["a lone mark means nothing", READY, ["&"], "a b", "a b"],
  ["no default, an unknown one", READY, ["c"], null, null],
  ["no default, no tag", READY, [], "a b", "a b"],
  ["one that is down keeps its own requests", { A: ["a"], b: ["default"] }, ["a"], "A", "A"],
  ["those without tags leave a default that is down", { A: ["default"], b: ["b"] }, [], "A b", "A b"],
  ["nothing there", {}, ["a"], "", ""],
])("%s", (...row) => {
  const [, fleet, tags, any, all] = row;
  const target = targetOf(fleet);
  expect(chosen(byTags(target, tags, { matchAny: true }))).toBe(any);
  expect(chosen(byTags(target, tags, { matchAny: false }))).toBe(all);
});
