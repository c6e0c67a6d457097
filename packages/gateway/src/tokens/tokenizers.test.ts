import { describe, expect, test } from "vitest";
import { KINDS, type Kind } from "@rollcall/contract";
import { estimateTokens, tokenQuestion, type Counted, type TokenQuestion } from "./tokenizers.ts";

const TEXT: Counted = { kind: "text", text: "Say something." };
const MESSAGES = [{ role: "user", content: "Say something." }];
const CHAT: Counted = { kind: "chat", messages: MESSAGES, tools: undefined };

function question(kind: Kind, counted: Counted): TokenQuestion {
  const asked = tokenQuestion(kind, counted, "org/m");
  if (asked === null) throw new Error("not asked");
  return asked;
}

test.each<[Kind, Counted["kind"], object | null]>([
  ["vllm", "text", { path: "/tokenize", body: { model: "org/m", prompt: "Say something." } }],
  [
    "vllm",
    "chat",
    { path: "/tokenize", body: { model: "org/m", messages: MESSAGES, add_generation_prompt: true } },
  ],
  ["sglang", "text", { path: "/tokenize", body: { model: "org/m", prompt: "Say something." } }],
  [
    "llamacpp",
    "text",
    { path: "/tokenize", body: { content: "Say something.", add_special: true, parse_special: true } },
  ],
  ["llamacpp", "chat", { path: "/apply-template", body: { messages: MESSAGES } }],
  ["tgi", "text", { path: "/tokenize", body: { inputs: "Say something." } }],
  ["tei", "text", { path: "/tokenize", body: { inputs: "Say something." } }],
  ["tgi", "chat", null],
  ["tei", "chat", null],
  ...KINDS.filter((kind) => !["vllm", "sglang", "llamacpp", "tgi", "tei"].includes(kind)).flatMap(
    (kind): [Kind, Counted["kind"], null][] => [
      [kind, "text", null],
      [kind, "chat", null],
    ],
  ),
])("%s is asked for a %s: %j", (kind, what, expected) => {
  const asked = tokenQuestion(kind, what === "text" ? TEXT : CHAT, "org/m");
  expect(asked === null ? null : { path: asked.path, body: asked.body }).toEqual(expected);
});

test("tools count where there are some", () => {
  const tools = [{ type: "function", function: { name: "f" } }];
  for (const kind of ["vllm", "llamacpp"] as const)
    expect(question(kind, { ...CHAT, tools }).body).toMatchObject({ tools });
});

describe("the count in an answer", () => {
  test.each<[Kind, unknown, number | null]>([
    ["vllm", { count: 7, max_model_len: 4_096, tokens: [1, 2] }, 7],
    ["vllm", { error: "no" }, null],
    ["vllm", undefined, null],
    ["llamacpp", { tokens: [1, 2, 3] }, 3],
    ["llamacpp", { tokens: "3" }, null],
    ["tgi", [{ id: 1 }, { id: 2 }], 2],
    ["tei", [[{ id: 1 }, { id: 2 }, { id: 3 }]], 3],
    ["tei", { error: "no" }, null],
    ["tgi", [], 0],
  ])("of %s: %j is %j", (kind, answer, count) => {
    expect(question(kind, TEXT).read(answer)).toBe(count);
  });

  test("llama.cpp says first what text it makes of a chat", () => {
    const asked = question("llamacpp", CHAT);
    expect(asked.read({ prompt: "<|user|>Say something." })).toMatchObject({
      path: "/tokenize",
      body: { content: "<|user|>Say something.", add_special: true, parse_special: true },
    });
    expect(asked.read({})).toBe(null);
  });
});

describe("an estimate", () => {
  test.each<[string, Counted, number]>([
    ["of nothing", { kind: "text", text: "" }, 0],
    ["of a text", { kind: "text", text: "12345" }, 2],
    ["of letters beyond ASCII, by their bytes", { kind: "text", text: "日本" }, 2],
    ["of a chat, with its template", { ...CHAT, messages: [...MESSAGES, ...MESSAGES] }, 7 + 8],
    [
      "of parts, without their pictures",
      {
        ...CHAT,
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "12345678" },
              { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(10_000)}` } },
            ],
          },
        ],
      },
      2 + 4,
    ],
    ["of what is no message", { ...CHAT, messages: [null, 7, "x"] }, 12],
    [
      "of calls, by what they say",
      { ...CHAT, messages: [{ role: "assistant", content: null, tool_calls: [{ a: 1 }] }] },
      3 + 4,
    ],
    ["of tools", { ...CHAT, messages: [], tools: [{ a: 1 }] }, 3],
  ])("%s", (_case, counted, tokens) => {
    expect(estimateTokens(counted, 4)).toBe(tokens);
  });
});
