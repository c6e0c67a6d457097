import { expect, test } from "vitest";
import { UpstreamError } from "../upstream/upstream-error.ts";
import { Refusals } from "./refusals.ts";

const refused = (refusal: string | null) => new UpstreamError("wrong_key", { refusal });

test("two deployments that refuse alike are both acquitted, and every further one", () => {
  const refusals = new Refusals();
  const [first, second, third] = [refused("403 x"), refused("403 x"), refused("403 x")];
  expect(refusals.add(first, "a")).toEqual({ isRepeated: false, acquitted: [] });
  expect(refusals.add(second, "b")).toEqual({ isRepeated: true, acquitted: [first, second] });
  expect(refusals.add(third, "c").acquitted).toContain(third);
});

test("one deployment that refuses twice repeats itself, and is no second witness", () => {
  const refusals = new Refusals();
  refusals.add(refused("403 x"), "a");
  expect(refusals.add(refused("403 x"), "a")).toEqual({ isRepeated: true, acquitted: [] });
});

test.each<[string, string | null, string | null]>([
  ["in another way", "403 x", "403 y"],
  ["with no words at all", null, null],
])("a second one that fails %s proves nothing", (_how, one, other) => {
  const refusals = new Refusals();
  refusals.add(refused(one), "a");
  expect(refusals.add(refused(other), "b")).toEqual({ isRepeated: false, acquitted: [] });
});
