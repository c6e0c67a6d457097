import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdits } from "../body/edits.ts";
import { cleanMessages } from "./clean-messages.ts";

const cleanedText = (body: string): string => {
  const bytes = Buffer.from(body);
  return Buffer.concat(applyEdits(bytes, cleanMessages(bytes))).toString();
};
const cleaned = (body: object): unknown => JSON.parse(cleanedText(JSON.stringify(body)));

const HI = { role: "user", content: "hi" };
const TOOL = { name: "get", input_schema: { type: "object" } };
const WEB = { type: "web_search_20250305", name: "web_search" };
const text = (value: string) => ({ type: "text", text: value });
const said = (...content: object[]) => ({ model: "m", messages: [{ role: "user", content }] });
const BILLING = text("x-anthropic-billing-header: cc_version=2; cch=00000;");

describe("left out", () => {
  test.each<[string, object, object]>([
    ["a tool that Anthropic runs", { tools: [WEB, TOOL], messages: [HI] }, { tools: [TOOL], messages: [HI] }],
    ["two of them", { tools: [TOOL, WEB, WEB], messages: [HI] }, { tools: [TOOL], messages: [HI] }],
    [
      "the choice too, where no tool is left",
      { tools: [WEB], messages: [HI], tool_choice: { type: "auto" } },
      { messages: [HI] },
    ],
    [
      "the billing block",
      { system: [BILLING, text("Be brief.")], messages: [] },
      { system: [text("Be brief.")], messages: [] },
    ],
    [
      "what a tool of Anthropic's left",
      said(
        { type: "server_tool_use", id: "s", name: "web_search", input: {} },
        { type: "web_search_tool_result", tool_use_id: "s", content: [] },
        text("So."),
      ),
      said(text("So.")),
    ],
    [
      "all of a message",
      said({ type: "server_tool_use", id: "s", name: "x", input: {} }),
      said(text("(no content)")),
    ],
  ])("%s", (_case, body, expected) => {
    expect(cleaned(body)).toEqual(expected);
  });
});

describe("as text", () => {
  const plain = {
    type: "document",
    title: "T",
    source: { type: "text", media_type: "text/plain", data: "D" },
  };
  test.each<[string, object, object]>([
    ["a document that is text", said(plain), said(text("T\nD"))],
    [
      "a document of text blocks",
      said({ type: "document", source: { type: "content", content: [text("a"), text("b")] } }),
      said(text("a\nb")),
    ],
    [
      "a search result",
      said({ type: "search_result", title: "T", source: "S", content: [text("C")] }),
      said(text("T\nS\nC")),
    ],
    [
      "one in a tool's result",
      said({ type: "tool_result", tool_use_id: "t", content: [plain] }),
      said({ type: "tool_result", tool_use_id: "t", content: [text("T\nD")] }),
    ],
  ])("%s", (_case, body, expected) => {
    expect(cleaned(body)).toEqual(expected);
  });
});

test.each<[string, object]>([
  [
    "a file",
    said({ type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } }),
  ],
  ["a result of the app's own tool", said({ type: "tool_result", tool_use_id: "t", content: "document" })],
  ["words that only sound so", said(text('{"type":"document"} _202 server_tool_use'))],
  ["tools with schemas and dated names", { tools: [{ ...TOOL, name: "x_20250101" }], messages: [HI] }],
])("stays as it is: %s", (_case, body) => {
  const written = JSON.stringify(body, null, 1);
  expect(cleanedText(written)).toBe(written);
});

test.each([
  "",
  "[]",
  '{"messages":[{"content":[{"type":"document"',
  '{"tools":[{"type":"web_search_20250305"},',
  '{"tools":{"_202":1}}',
])("what is no such request goes on as it is: %s", (body) => {
  expect(cleanedText(body)).toBe(body);
});

/** The same as `cleanMessages` on values, for tools and what Anthropic's tools left. */
function reference(body: {
  tools: { input_schema?: object }[];
  messages: { content: { type: string }[] }[];
}): object {
  const tools = body.tools.filter((tool) => tool.input_schema !== undefined);
  const messages = body.messages.map(({ content }) => {
    const kept = content.filter(({ type }) => type !== "server_tool_use");
    return { content: kept.length === 0 && content.length > 0 ? [text("(no content)")] : kept };
  });
  return body.tools.length > 0 && tools.length === 0 ? { messages } : { tools, messages };
}

test("whatever the order, nothing else changes", () => {
  const block = fc.oneof(
    fc.string().map(text),
    fc.constant({ type: "server_tool_use", input: { a: [1, "]"] } }),
  );
  const body = fc.record({
    tools: fc.array(fc.constantFrom<object>(TOOL, WEB), { maxLength: 5 }),
    messages: fc.array(fc.record({ content: fc.array(block, { maxLength: 5 }) }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(body, fc.constantFrom(0, 1), (value, indent) => {
      expect(JSON.parse(cleanedText(JSON.stringify(value, null, indent)))).toEqual(reference(value as never));
    }),
  );
});
