import { expect, test } from "vitest";
import { ModelList } from "./model-list.ts";

const CHAT = { name: "chat", alias: "chat", groups: new Set(["fast"]) };

test.each<[string, readonly string[], boolean]>([
  ["an empty one", [], true],
  ["its name", ["chat"], true],
  ["another name", ["other"], false],
  ["the same name in other letters", ["Chat"], false],
  ["a part of its name", ["cha"], false],
  ["a star", ["*"], true],
  ["a pattern that fits", ["ch*"], true],
  ["a pattern that fits the end", ["*at"], true],
  ["a pattern that does not fit", ["qwen/*"], false],
  ["a pattern with a dot, which is no wild card", ["ch.t", "c.*"], false],
  ["its access group", ["fast"], true],
  ["LiteLLM's word for all", ["all-proxy-models"], true],
  ["LiteLLM's word for those of the team", ["all-team-models"], true],
  ["LiteLLM's word for none", ["no-default-models"], false],
])("a list with %s", (_what, models, allows) => {
  expect(new ModelList(models).allows(CHAT)).toBe(allows);
});

test.each([
  ["the name that was sent", "quick"],
  ["the alias that it means", "chat"],
])("a list may have %s", (_what, listed) => {
  expect(new ModelList([listed]).allows({ ...CHAT, name: "quick" })).toBe(true);
});

test("a star stands for slashes and line breaks too, and for nothing", () => {
  const list = new ModelList(["qwen/*"]);
  const allows = (name: string) => list.allows({ name, alias: "", groups: new Set() });
  expect(["qwen/a", "qwen/a/b", "qwen/a\nb", "qwen/"].map(allows)).toEqual([true, true, true, true]);
});
