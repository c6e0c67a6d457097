import { expect, test } from "vitest";
import { rowsOfThePage } from "../../test/migration-page.ts";
import type { Difference } from "./differences.ts";
import { LISTED_DIFFERENCES, listedFor, listedRow } from "./listed-differences.ts";

test("the page of the move has these rows and no others", () => {
  expect(LISTED_DIFFERENCES.length).toBeGreaterThan(10);
  expect(rowsOfThePage()).toEqual(LISTED_DIFFERENCES.map(listedRow));
});

const difference = (what: string, litellm: string, rollcall: string): Difference => ({
  topic: "chat",
  alias: "coder",
  what,
  litellm,
  rollcall,
});

test.each([
  ["a header that both should have", difference("header retry-after", "there", "absent")],
  [
    "a field that LiteLLM has and the answer here has not",
    difference("body usage.total_tokens", "number", "absent"),
  ],
  ["a status", difference("status", "200", "503")],
  ["a field of another type", difference("body choices[].message.content", "string", "null")],
  ["another name in the answer", difference("name in the answer", "the alias", "another")],
  ["a row of another topic", difference("error.code", '"400"', "null")],
  ["a header whose name only ends like a listed one", difference("my-header vary", "there", "absent")],
])("%s is not listed", (_about, one) => {
  expect(listedFor(one)).toBeUndefined();
});

test("an asterisk stands for any text", () => {
  const { why } = listedFor(difference("header x-rollcall-*", "absent", "there")) ?? {};
  expect(why).toContain("which deployment answered");
  expect(listedFor(difference("body choices[].token_ids", "absent", "null"))).toBeDefined();
});
