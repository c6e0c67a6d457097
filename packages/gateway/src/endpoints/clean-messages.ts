import { isRecord } from "@rollcall/contract";
import { leaveOut, NO_EDITS, type Edit } from "../body/edits.ts";
import type { Span } from "../body/json-fields.ts";
import { elementsOf, membersOf, textAt, type Member } from "../body/json-walk.ts";

/**
 * Of what Anthropic's API takes, servers of one's own refuse some: tools that Anthropic runs, what these left in the history,
 * documents. Without that they answer 400 to the whole request. The rest goes on byte for byte.
 *
 * A document or search result that is text becomes text. What holds a file is left for the server to refuse: left out, it
 * would be missed by nobody but the model.
 */
export function cleanMessages(body: Buffer): readonly Edit[] {
  // Most requests have none of it, and are not looked into.
  if (!MARKS.some((mark) => body.includes(mark))) return NO_EDITS;
  const members = membersOf(body, { start: body.indexOf("{") });
  // Of keys that repeat the last holds.
  const valueOf = (key: string) => members.findLast((member) => member.key === key)?.value ?? NOWHERE;
  const messages = elementsOf(body, valueOf("messages")).map((message) =>
    cleanBlocks(body, contentOf(body, message)),
  );
  return [
    ...cleanTools(body, members, valueOf("tools")),
    ...cleanSystem(body, valueOf("system")),
    ...messages.flat(),
  ];
}

const MARKS = [
  // What Anthropic runs has a date in its name: `web_search_20250305`.
  "_202",
  '"document"',
  '"search_result"',
  '"server_tool_use"',
  '_tool_result"',
  "x-anthropic-billing-header",
].map((mark) => Buffer.from(mark));

const NOWHERE: Span = { start: -1, end: -1 };

/** A tool without a schema is one that Anthropic runs. With none left there is no choice of one either. */
function cleanTools(body: Buffer, members: readonly Member[], tools: Span): readonly Edit[] {
  const all = elementsOf(body, tools);
  const foreign = new Set(all.filter((tool) => !keysOf(body, tool).has("input_schema")));
  if (foreign.size === 0) return NO_EDITS;
  if (foreign.size < all.length) return leaveOut(all, (tool) => foreign.has(tool));
  return leaveOut(members, ({ key }) => key === "tools" || key === "tool_choice");
}

/** Claude Code's first block of the system prompt, different in each request: no cache of prefixes survives it. */
function cleanSystem(body: Buffer, system: Span): readonly Edit[] {
  const blocks = elementsOf(body, system);
  return leaveOut(
    blocks,
    (block) => fieldOf(body, block, "text")?.startsWith("x-anthropic-billing-header") === true,
  );
}

const LEFT_OUT = /^server_tool_use$|_tool_result$/;
const PLACEHOLDER = asTextBlock("(no content)");

function cleanBlocks(body: Buffer, content: Span): readonly Edit[] {
  const blocks = elementsOf(body, content).map((span) => ({
    ...span,
    type: fieldOf(body, span, "type") ?? "",
  }));
  const [first] = blocks;
  if (first !== undefined && blocks.every(isOut))
    return [{ start: first.start, end: blocks.at(-1)?.end ?? first.end, bytes: PLACEHOLDER }];
  return [...leaveOut(blocks, isOut), ...blocks.flatMap((block) => cleanBlock(body, block))];
}

/** An app's own `tool_result` is none of these. */
function isOut({ type }: { readonly type: string }): boolean {
  return LEFT_OUT.test(type);
}

function cleanBlock(body: Buffer, block: Span & { readonly type: string }): readonly Edit[] {
  if (block.type === "tool_result") return cleanBlocks(body, contentOf(body, block));
  const toText = TEXTS.get(block.type);
  const text = toText === undefined ? null : toText(parse(body, block));
  return text === null ? [] : [{ start: block.start, end: block.end, bytes: asTextBlock(text) }];
}

/** What is readable of a block, or null. */
const TEXTS: ReadonlyMap<string, (block: Readonly<Record<string, unknown>>) => string | null> = new Map([
  [
    "document",
    ({ title, context, source }) => {
      const { type, data, content }: Record<string, unknown> = isRecord(source) ? source : {};
      const text =
        type === "text" && typeof data === "string" ? data : type === "content" ? textIn(content) : null;
      return text === null ? null : joined([title, context, text]);
    },
  ],
  ["search_result", ({ title, source, content }) => joined([title, source, textIn(content)])],
]);

/** A text, or a list of nothing but text blocks. */
function textIn(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const texts = content.map((block: unknown) => (isRecord(block) ? block["text"] : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join("\n") : null;
}

function joined(parts: readonly unknown[]): string | null {
  const texts = parts.filter((part) => typeof part === "string" && part !== "");
  return parts.at(-1) === null ? null : texts.join("\n");
}

function asTextBlock(text: string): Buffer {
  return Buffer.from(JSON.stringify({ type: "text", text }));
}

function contentOf(body: Buffer, span: Span): Span {
  return lastOf(body, span, "content") ?? NOWHERE;
}

function fieldOf(body: Buffer, span: Span, key: string): string | undefined {
  const value = lastOf(body, span, key);
  return value === undefined ? undefined : textAt(body, value);
}

function lastOf(body: Buffer, span: Span, key: string): Span | undefined {
  return membersOf(body, span).findLast((member) => member.key === key)?.value;
}

function keysOf(body: Buffer, span: Span): ReadonlySet<string> {
  return new Set(membersOf(body, span).map(({ key }) => key));
}

function parse(body: Buffer, { start, end }: Span): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString("utf8", start, end));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
