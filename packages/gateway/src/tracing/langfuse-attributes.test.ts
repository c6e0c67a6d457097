import { expect, test } from "vitest";
import { readFieldsBeside } from "../body/json-fields.ts";
import { langfuseAttributes } from "./langfuse-attributes.ts";

function told(body: object, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(JSON.stringify(body));
  const fields = readFieldsBeside(bytes, "chat");
  if (!fields.ok) throw new Error(JSON.stringify(fields.error));
  return langfuseAttributes({ headers, body: bytes, spans: fields.value.spans });
}

test.for<[string, object, Record<string, string>, object]>([
  ["nothing", { messages: [{ role: "user", content: "x" }] }, {}, {}],
  ["OpenAI's user", { user: "ann" }, {}, { "langfuse.user.id": "ann" }],
  [
    "metadata, before the user",
    {
      user: "ann",
      metadata: { trace_user_id: "bob", session_id: "s", trace_name: "n", tags: ["a", " ", 1] },
    },
    {},
    {
      "langfuse.user.id": "bob",
      "langfuse.session.id": "s",
      "langfuse.trace.name": "n",
      "langfuse.trace.tags": ["a"],
    },
  ],
  [
    "headers, before both",
    { user: "ann", metadata: { trace_user_id: "bob" }, tags: ["t"] },
    { langfuse_trace_user_id: "eve", langfuse_tags: "x, y" },
    { "langfuse.user.id": "eve", "langfuse.trace.tags": ["x", "y"] },
  ],
  ["tags of the request", { tags: ["t"] }, {}, { "langfuse.trace.tags": ["t"] }],
  ["nothing of other shapes", { user: { id: 1 }, metadata: [1], tags: "t" }, {}, {}],
])("%s", ([_about, body, headers, attributes]) => {
  expect(told(body, headers)).toEqual(attributes);
});

test("words are short, and few", () => {
  const many = Array.from({ length: 500 }, (_, index) => `tag-${index}`);
  const found = told({ user: "u".repeat(10_000), metadata: { tags: many } });
  expect(found["langfuse.user.id"]).toHaveLength(200);
  expect(found["langfuse.trace.tags"]).toHaveLength(50);
});
