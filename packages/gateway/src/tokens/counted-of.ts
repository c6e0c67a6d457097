import { isRecord } from "@rollcall/contract";
import type { Counted } from "./tokenizers.ts";

/** What a server's tokenizer can be asked to count of a request. */
export interface Countable {
  readonly counted: Counted;
  /** Pictures, files and earlier turns that the server alone knows are in no tokenizer's count. */
  readonly isWhole: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** One message as OpenAI's chat has it. */
type Message = Readonly<Record<string, unknown>>;

/** Anthropic's `messages` as a chat. Null: they are no list. */
export function countMessages({ messages, system, tools }: Fields): Countable | null {
  if (!Array.isArray(messages)) return null;
  const told = new Told();
  told.say("system", system);
  for (const message of messages.filter(isRecord))
    told.say(message["role"] === "assistant" ? "assistant" : "user", message["content"]);
  return told.as(
    toolsOf(tools, ({ name, description, input_schema: parameters }) => ({ name, description, parameters })),
  );
}

/** OpenAI's `input` of a response as a chat. Null: there is none. */
export function countInput(body: Fields): Countable | null {
  const { input, instructions, tools, previous_response_id: previous } = body;
  const told = new Told();
  told.say("system", instructions);
  if (typeof input === "string") told.say("user", input);
  else if (Array.isArray(input)) for (const item of input.filter(isRecord)) sayItem(told, item);
  else return null;
  if (typeof previous === "string") told.miss();
  return told.as(toolsOf(tools, ({ name, description, parameters }) => ({ name, description, parameters })));
}

function sayItem(told: Told, item: Fields): void {
  const { type, role, content, call_id: id, name, arguments: given, output } = item;
  if (type === "function_call") told.call({ id, name, given: String(given) });
  else if (type === "function_call_output") told.result(id, output);
  else if (type === undefined || type === "message")
    told.say(role === "assistant" ? "assistant" : role === "user" ? "user" : "system", content);
  // What a model thought in earlier turns is left out by templates.
  else if (type !== "reasoning") told.miss();
}

/** Those that are described by a schema; what servers run themselves has no text that is known. */
function toolsOf(tools: unknown, read: (tool: Fields) => Fields): unknown {
  if (!Array.isArray(tools)) return undefined;
  const functions = tools
    .filter(isRecord)
    .map(read)
    .filter(({ parameters }) => isRecord(parameters));
  return functions.length === 0 ? undefined : functions.map((one) => ({ type: "function", function: one }));
}

/** Thoughts are left out by templates, and what ends a cache has no text. */
const NO_TEXT: ReadonlySet<unknown> = new Set(["thinking", "redacted_thinking"]);

/** A conversation, put together. */
class Told {
  readonly #messages: Message[] = [];
  #isWhole = true;

  miss(): void {
    this.#isWhole = false;
  }

  /** A text, or blocks of Anthropic's or parts of OpenAI's; nothing where there is none. */
  say(role: "system" | "user" | "assistant", content: unknown): void {
    if (typeof content === "string") this.#messages.push({ role, content });
    if (!Array.isArray(content)) return;
    const texts: string[] = [];
    for (const block of content.filter(isRecord)) {
      const { type, text, id, name, input, tool_use_id: asked, content: inner } = block;
      if (typeof text === "string") texts.push(text);
      else if (type === "tool_use") this.call({ id, name, given: JSON.stringify(input ?? {}) });
      else if (type === "tool_result") this.result(asked, inner);
      else if (!NO_TEXT.has(type)) this.miss();
    }
    const said = texts.filter((text) => !text.startsWith("x-anthropic-billing-header")).join("\n");
    if (said !== "") this.#messages.push({ role, content: said });
  }

  call({ id, name, given }: { readonly id: unknown; readonly name: unknown; readonly given: string }): void {
    const calls = [{ id, type: "function", function: { name, arguments: given } }];
    this.#messages.push({ role: "assistant", content: "", tool_calls: calls });
  }

  result(id: unknown, content: unknown): void {
    const parts: readonly unknown[] = Array.isArray(content) ? content : [{ text: content ?? "" }];
    const texts = parts.map((part) => (isRecord(part) ? part["text"] : undefined));
    if (!texts.every((text) => typeof text === "string")) this.miss();
    const said = texts.filter((text) => typeof text === "string").join("\n");
    this.#messages.push({ role: "tool", tool_call_id: id, content: said });
  }

  as(tools: unknown): Countable {
    return { counted: { kind: "chat", messages: this.#messages, tools }, isWhole: this.#isWhole };
  }
}
