import { isRecord } from "@rollcall/contract";

/** The text that a model is to read of a prompt. */
export interface PromptText {
  /** As UTF-8, without what tokenizers make little of. */
  readonly bytes: number;
  /** How many texts that are read apart: inputs of embeddings, several prompts; a chat is one. */
  readonly texts: number;
}

/** Rules, indentation, padding: tokenizers have tokens for long runs of one sign. No more of a run counts. */
const COUNTED_OF_RUN = 3;

/** Templates leave out what a model thought in earlier turns. */
const THOUGHT = { begin: "<think>", end: "</think>" };

/**
 * Measures `messages`, `prompt` or `input`. Only text counts: images, sound and token ids have no bytes here, so a prompt
 * that is made of them is never found too long.
 */
export function measurePrompt(prompt: unknown): PromptText {
  if (!Array.isArray(prompt)) return { bytes: sizeOf(prompt), texts: 1 };
  const bytes = prompt.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  return { bytes, texts: prompt.every((item) => typeof item === "string") ? Math.max(1, prompt.length) : 1 };
}

function sizeOf(item: unknown): number {
  if (typeof item === "string") return textSize(item);
  return isRecord(item) ? messageSize(item) : 0;
}

/** A message, or an input of several parts. */
function messageSize({ content, tool_calls: calls }: Record<string, unknown>): number {
  const parts = Array.isArray(content) ? content : [content];
  const said = parts.reduce<number>((sum, part) => sum + partSize(part), 0);
  return said + (Array.isArray(calls) ? calls.reduce<number>((sum, call) => sum + callSize(call), 0) : 0);
}

function partSize(part: unknown): number {
  if (typeof part === "string") return textSize(part);
  return isRecord(part) && typeof part["text"] === "string" ? textSize(part["text"]) : 0;
}

function callSize(call: unknown): number {
  const called = isRecord(call) ? call["function"] : undefined;
  return isRecord(called) && typeof called["arguments"] === "string" ? textSize(called["arguments"]) : 0;
}

function textSize(text: string): number {
  const read = withoutThoughts(text);
  let bytes = 0;
  let last = -1;
  let run = 0;
  for (let index = 0; index < read.length; index += 1) {
    const unit = read.charCodeAt(index);
    run = unit === last ? run + 1 : 1;
    last = unit;
    if (run <= COUNTED_OF_RUN || !isSign(unit)) bytes += sizeOfUnit(unit);
  }
  return bytes;
}

/** In UTF-8; half of a surrogate pair is half of four. */
function sizeOfUnit(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}

/** Neither letter nor digit: of ASCII, and what is drawn with. */
function isSign(unit: number): boolean {
  if (unit >= 0x80) return unit >= 0x2000 && unit <= 0x3000;
  const isDigit = unit >= 0x30 && unit <= 0x39;
  // The cases differ in one bit.
  const letter = unit | 0x20;
  return !isDigit && !(letter >= 0x61 && letter <= 0x7a);
}

/** No regular expression: beginnings without an end would each be searched to the end of the text. */
function withoutThoughts(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const begin = text.indexOf(THOUGHT.begin, from);
    const end = begin === -1 ? -1 : text.indexOf(THOUGHT.end, begin);
    if (end === -1) break;
    kept.push(text.slice(from, begin));
    from = end + THOUGHT.end.length;
  }
  return from === 0 ? text : kept.join("") + text.slice(from);
}
