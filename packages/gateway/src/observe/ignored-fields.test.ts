import { expect, test, vi } from "vitest";
import { candidateOf } from "../../test/candidates.ts";
import { readJsonFields } from "../body/json-fields.ts";
import type { AttemptFacts } from "./observer.ts";
import { IgnoredFields, ignoresGuided } from "./ignored-fields.ts";

test.each([
  ["0.11.2", false],
  ["0.12.0", true],
  ["0.32.0+cpu", true],
  ["v1.0", true],
  ["dev", false],
  [null, false],
])("a vLLM %s ignores guided_*: %s", (version, ignores) => {
  expect(ignoresGuided(version)).toBe(ignores);
});

function attempt(
  body: object,
  { version = "0.32.0", kind = "vllm" as const, alias = "chat" } = {},
): AttemptFacts {
  const fields = readJsonFields(Buffer.from(JSON.stringify({ model: alias, ...body })));
  if (!fields.ok) throw new Error("no fields");
  const ctx = { requestId: "r1", alias, fields: fields.value } as AttemptFacts["ctx"];
  return { ctx, candidate: { ...candidateOf("a"), kind, version }, number: 1, sentAt: 0 };
}

test("it is said once for each alias, and only where it is so", () => {
  const warn = vi.fn<(facts: object, message: string) => void>();
  const observer = new IgnoredFields({ warn } as never);
  observer.attemptStarted(attempt({ messages: [] }));
  observer.attemptStarted(attempt({ guided_json: {} }, { version: "0.11.0" }));
  expect(warn).not.toHaveBeenCalled();
  for (const alias of ["chat", "chat", "other"])
    observer.attemptStarted(attempt({ guided_choice: ["a"] }, { alias }));
  expect(warn.mock.calls.map(([facts]) => facts)).toMatchObject([
    { alias: "chat", deployment: "a", field: "guided_choice" },
    { alias: "other" },
  ]);
});
