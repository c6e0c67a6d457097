import { expect, test } from "vitest";
import { compareFacts } from "./differences.ts";

const facts = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));
const PLANNED = { topic: "chat", alias: "coder" } as const;
const compared = (litellm: Readonly<Record<string, string>>, rollcall: Readonly<Record<string, string>>) =>
  compareFacts(PLANNED, facts(litellm), facts(rollcall)).map((one) => [one.what, one.litellm, one.rollcall]);

test.each([
  ["nothing where both say the same", { status: "200" }, { status: "200" }, []],
  ["another value", { status: "400" }, { status: "404" }, [["status", "400", "404"]]],
  [
    "what one of them has not",
    { a: "x" },
    { b: "y" },
    [
      ["a", "x", "absent"],
      ["b", "absent", "y"],
    ],
  ],
  [
    "of an answer and an error what tells them apart, and not every field",
    { status: "200", "body id": "string", "name in the answer": "the alias" },
    { status: "503", "error.type": '"server_error"', "error.message": "string" },
    [
      ["status", "200", "503"],
      ["error.type", "absent", '"server_error"'],
    ],
  ],
])("%s", (_about, ...[litellm, rollcall, differences]) => {
  expect(compared(litellm as never, rollcall as never)).toEqual(differences);
});
