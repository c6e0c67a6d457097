import { isRecord } from "@rollcall/contract";

/** The text that a model is to read of a prompt. */
export interface PromptText {
  /** As UTF-8, without what tokenizers make little of. */
  readonly bytes: number;
  /** How many texts that are read apart: inputs of embeddings, several prompts; a chat is one. */
  readonly texts: number;
}

/** Rules, indentation, padding: tokenizers have tokens for long runs of one of these. */
const RUN = /([^\p{L}\p{N}])\1{3,}/gu;

/** Templates leave out what a model thought in earlier turns. */
const THOUGHT = /<think>.*?<\/think>/gs;

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
  return Buffer.byteLength(text.replace(THOUGHT, "").replace(RUN, "$1"));
}
