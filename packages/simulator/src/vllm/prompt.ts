/** What the model would read: all the text of a prompt, and about how many tokens that is. */
export interface Prompt {
  readonly text: string;
  readonly tokens: number;
}

const CHARACTERS_PER_TOKEN = 4;

/** Reads `messages`, `prompt` or `input`: strings, lists of them, messages with text or parts, lists of token ids. */
export function readPrompt(value: unknown): Prompt {
  if (isTokenIds(value)) return { text: value.join(" "), tokens: value.length };
  const text = textOf(value);
  return { text, tokens: Math.ceil(text.length / CHARACTERS_PER_TOKEN) };
}

/** The same of a server that cuts what is longer: each of several inputs by itself, as embeddings are; a chat as one. */
export function readCutPrompt(value: unknown, limit: number): Prompt {
  const { text, tokens } = readPrompt(value);
  if (!isTexts(value)) return { text, tokens: Math.min(tokens, limit) };
  const cut = value.map((item) => Math.min(readPrompt(item).tokens, limit));
  return { text, tokens: cut.reduce((sum, count) => sum + count, 0) };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function isTokenIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number");
}

/** A list of texts, or of lists of token ids, is a prompt each. */
export function countPrompts(value: unknown): number {
  return Array.isArray(value) && !isTokenIds(value) ? Math.max(1, value.length) : 1;
}

/** The text in pieces of one token each. */
export function tokenize(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${CHARACTERS_PER_TOKEN}}`, "g")) ?? [];
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("");
  if (typeof value !== "object" || value === null) return "";
  if ("content" in value) return textOf(value.content);
  return "text" in value ? textOf(value.text) : "";
}
