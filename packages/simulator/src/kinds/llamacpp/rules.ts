import type { VllmError } from "../../vllm/error-body.ts";
import { syntaxFault } from "../../vllm/json-syntax.ts";
import type { Body, Endpoint, RequestRules } from "../../vllm/request-rules.ts";
import { PROMPT_FIELDS } from "../../vllm/request-rules.ts";
import { TOO_LONG } from "./errors.ts";

/** llama.cpp blames itself (500) for much of what a client does wrong. */
export const LLAMACPP_RULES: RequestRules = {
  mediaType: () => undefined,
  badUtf8: (raw) => {
    const at = firstBadByte(raw);
    if (at === undefined) return undefined;
    const read = raw.subarray(raw.lastIndexOf('"', at), at + 1).toString();
    return parseError(at + 1, `invalid string: ill-formed UTF-8 byte; last read: '${read}'`);
  },
  badJson: (text) => {
    const { position } = syntaxFault(text);
    const expected = "expected '[', '{', or a literal";
    const found = position >= text.length ? "end of input" : "string literal";
    return parseError(position + 1, `unexpected ${found}; ${expected}`);
  },
  notAnObject: () => wrong("Request body must be a JSON object"),
  fields,
  grammar: () => undefined,
  values: (_endpoint, { messages }) => (hasImage(messages) ? NO_IMAGES : undefined),
  context: ({ prompt, limit }) => {
    if (prompt <= limit) return undefined;
    const message = `request (${prompt} tokens) exceeds the available context size (${limit} tokens), try increasing it`;
    return { status: 400, type: TOO_LONG, message, extra: { n_prompt_tokens: prompt, n_ctx: limit } };
  },
};

const NO_IMAGES: VllmError = {
  status: 500,
  type: "",
  message: "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
};

function wrong(message: string): VllmError {
  return { status: 400, type: "", message };
}

function parseError(column: number, problem: string): VllmError {
  const where = `parse error at line 1, column ${column}: syntax error while parsing value`;
  return { status: 500, type: "", message: `[json.exception.parse_error.101] ${where} - ${problem}` };
}

function fields(endpoint: Endpoint, body: Body): VllmError | undefined {
  const field = PROMPT_FIELDS[endpoint];
  const value = body[field];
  if (value === undefined) return wrong(`'${field}' is required`);
  if (field === "messages" && !Array.isArray(value)) return wrong("Expected 'messages' to be an array");
  return typeof value === "number"
    ? wrong(`'${field}' must be a string, a list of tokens or a list of both`)
    : undefined;
}

function hasImage(messages: unknown): boolean {
  if (!Array.isArray(messages)) return false;
  const contents = messages.map((message: { content?: unknown } | null) => message?.content);
  return contents.some((content) => {
    return Array.isArray(content) && content.some((part: { type?: unknown }) => part.type === "image_url");
  });
}

/** The first byte that no UTF-8 text has at its place. */
function firstBadByte(raw: Buffer): number | undefined {
  const text = raw.toString();
  const at = text.indexOf("\ufffd");
  if (at < 0) return undefined;
  const before = Buffer.byteLength(text.slice(0, at));
  // A replacement character that was sent as one is good.
  return raw.subarray(before, before + 3).equals(Buffer.from("\ufffd")) ? undefined : before;
}
