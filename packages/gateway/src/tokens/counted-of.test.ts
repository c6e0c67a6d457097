import { expect, test } from "vitest";
import { countInput, countMessages, type Countable } from "./counted-of.ts";

const chat = (messages: readonly object[], more: Partial<Countable> & { tools?: unknown } = {}) => ({
  counted: { kind: "chat", messages, tools: more.tools },
  isWhole: more.isWhole ?? true,
});
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const system = (content: string) => ({ role: "system", content });
const call = (id: string, name: string, given: string) => ({
  ...assistant(""),
  tool_calls: [{ id, type: "function", function: { name, arguments: given } }],
});
const result = (id: string, content: string) => ({ role: "tool", tool_call_id: id, content });
const PARAMETERS = { type: "object", properties: {} };
const TOOLS = [
  { type: "function", function: { name: "find", description: "Finds.", parameters: PARAMETERS } },
];

test.each<[string, object, object | null]>([
  ["a text", { messages: [user("Hi")] }, chat([user("Hi")])],
  [
    "a system prompt of blocks, without what Claude Code bills by",
    {
      system: [
        { type: "text", text: "x-anthropic-billing-header: a" },
        { type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } },
      ],
      messages: [user("Hi")],
    },
    chat([system("Be kind."), user("Hi")]),
  ],
  [
    "tools, a call of one, a thought and a result",
    {
      tools: [
        { name: "find", description: "Finds.", input_schema: PARAMETERS },
        { type: "web_search_20250305", name: "web_search" },
      ],
      messages: [
        user("Find it"),
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm" },
            { type: "text", text: "Yes." },
            { type: "tool_use", id: "t1", name: "find", input: { what: "it" } },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "here" }] },
      ],
    },
    chat([user("Find it"), call("t1", "find", '{"what":"it"}'), assistant("Yes."), result("t1", "here")], {
      tools: TOOLS,
    }),
  ],
  [
    "a picture, which no tokenizer counts",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: {} },
            { type: "text", text: "What?" },
          ],
        },
      ],
    },
    chat([user("What?")], { isWhole: false }),
  ],
  [
    "a result with a picture",
    {
      messages: [
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "image" }, { text: "a" }] }],
        },
      ],
    },
    chat([result("t1", "a")], { isWhole: false }),
  ],
  ["nothing", {}, null],
  ["no list", { messages: "Hi" }, null],
  ["what is no message", { messages: [null, 1, {}] }, chat([])],
])("Anthropic's %s", (_what, body, expected) => {
  expect(countMessages(body as Record<string, unknown>)).toEqual(expected);
});

test.each<[string, object, object | null]>([
  ["a text", { input: "Hi", instructions: "Be kind." }, chat([system("Be kind."), user("Hi")])],
  [
    "a list",
    {
      tools: [
        { type: "function", name: "find", description: "Finds.", parameters: PARAMETERS },
        { type: "web_search" },
      ],
      input: [
        { role: "developer", content: "Be kind." },
        { type: "message", role: "user", content: [{ type: "input_text", text: "Find it" }] },
        { type: "reasoning", summary: [] },
        { type: "function_call", call_id: "c1", name: "find", arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "here" },
        { role: "assistant", content: [{ type: "output_text", text: "There." }] },
      ],
    },
    chat(
      [
        system("Be kind."),
        user("Find it"),
        call("c1", "find", "{}"),
        result("c1", "here"),
        assistant("There."),
      ],
      { tools: TOOLS },
    ),
  ],
  [
    "a turn that the server knows",
    { input: "Hi", previous_response_id: "r" },
    chat([user("Hi")], { isWhole: false }),
  ],
  ["an item of another kind", { input: [{ type: "item_reference", id: "a" }] }, chat([], { isWhole: false })],
  ["nothing", {}, null],
  ["a number", { input: 1 }, null],
])("OpenAI's %s", (_what, body, expected) => {
  expect(countInput(body as Record<string, unknown>)).toEqual(expected);
});
