import type { VllmError } from "./error-body.ts";
import { missing, PLAIN_RULES, wrongType } from "./plain-rules.ts";
import { validationError } from "./pydantic.ts";
import { pythonFloat } from "./python-repr.ts";
import type { Body, Endpoint, Lengths, RequestRules } from "./request-rules.ts";

/** What vLLM 0.32 says. */
export const VLLM_RULES: RequestRules = {
  ...PLAIN_RULES,
  badUtf8: (raw) => (isUtf8(raw) ? undefined : UNREADABLE),
  fields,
  values,
  context,
  grammar,
};

const JSON_TYPES: ReadonlySet<unknown> = new Set([
  undefined,
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);

function grammar({ response_format: format }: Body): VllmError | undefined {
  const { json_schema } = (format ?? {}) as { json_schema?: { schema?: { type?: unknown } } | null };
  const type = json_schema?.schema?.type;
  return JSON_TYPES.has(type) ? undefined : plain(`Grammar error: Invalid type: ${String(type)}`);
}

/** FastAPI's own words: the body was not even text. */
const UNREADABLE: VllmError = {
  status: 400,
  type: "detail",
  message: "There was an error parsing the body",
};

function isUtf8(raw: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(raw);
    return true;
  } catch {
    return false;
  }
}

function wrongParameter(param: string, message: string, value?: string): VllmError {
  const detail = value === undefined ? `(parameter=${param})` : `(parameter=${param}, value=${value})`;
  return { status: 400, type: "BadRequestError", message: `${message} ${detail}`, param };
}

function fields(endpoint: Endpoint, body: Body): VllmError | undefined {
  const wrong = wrongType(endpoint, body);
  if (wrong !== undefined) return wrong;
  if (endpoint === "completions") return completionFields(body);
  const absent = missing(endpoint, body);
  if (absent !== undefined) return absent;
  const { messages } = body;
  const isChat = endpoint === "chat" || endpoint === "messages";
  if (isChat && !Array.isArray(messages)) {
    const msg = "Input should be a valid list";
    return validationError({ type: "list_type", loc: "body.messages", msg, input: messages });
  }
  return streamOptions(body);
}

function completionFields(body: Body): VllmError | undefined {
  const { prompt } = body;
  const given =
    Array.isArray(prompt) || typeof prompt === "string" ? prompt.length > 0 : prompt !== undefined;
  if (given && prompt !== null) return streamOptions(body);
  return wrongParameter("prompt", "Either prompt or prompt_embeds must be provided and non-empty.");
}

function streamOptions(body: Body): VllmError | undefined {
  if (typeof body["stream_options"] !== "object" || body["stream_options"] === null) return undefined;
  if (body["stream"] === true) return undefined;
  return wrongParameter("stream_options", "Stream options can only be defined when `stream=True`.");
}

function values(endpoint: Endpoint, body: Body, model: string): VllmError | undefined {
  if (endpoint === "chat" || endpoint === "messages") {
    const { messages } = body;
    if (Array.isArray(messages) && messages.length === 0) {
      return plain("Cannot apply chat template to an empty conversation. Provide at least one message.");
    }
    if (Array.isArray(messages) && messages.some(holdsMedia))
      return plain(`${model} is not a multimodal model`);
  }
  for (const { name, isWrong, message } of SAMPLING) {
    const value = body[name];
    if (typeof value === "number" && isWrong(value)) return message(value);
  }
  return undefined;
}

function plain(message: string): VllmError {
  return { status: 400, type: "BadRequestError", message };
}

function holdsMedia(message: unknown): boolean {
  const content: unknown = (message as { content?: unknown } | null)?.content;
  return Array.isArray(content) && content.some((part: { type?: unknown }) => MEDIA.has(part.type));
}

const MEDIA: ReadonlySet<unknown> = new Set(["image_url", "input_audio", "audio_url", "video_url"]);

interface SamplingRule {
  readonly name: string;
  readonly isWrong: (value: number) => boolean;
  readonly message: (value: number) => VllmError;
}

const SAMPLING: readonly SamplingRule[] = [
  {
    name: "temperature",
    isWrong: (value) => value < 0,
    message: (value) => {
      const shown = pythonFloat(value);
      return wrongParameter("temperature", `temperature must be non-negative, got ${shown}.`, shown);
    },
  },
  {
    name: "top_p",
    isWrong: (value) => value <= 0 || value > 1,
    message: (value) => {
      const shown = pythonFloat(value);
      return wrongParameter("top_p", `top_p must be in (0, 1], got ${shown}.`, shown);
    },
  },
  ...["max_tokens", "max_completion_tokens"].map((name) => ({
    name,
    isWrong: (value: number) => value < 1,
    message: (value: number) => {
      return wrongParameter("max_tokens", `max_tokens must be at least 1, got ${value}.`, String(value));
    },
  })),
  {
    name: "n",
    isWrong: (value) => value < 1,
    message: (value) => plain(`n must be at least 1, got ${value}.`),
  },
];

/** The output is cut to what there is room for; only what no prompt at all would leave room for is refused. */
function context({ prompt, output, limit }: Lengths): VllmError | undefined {
  if (prompt > limit) {
    // It stops to count at the first token too many.
    const message =
      `This model's maximum context length is ${limit} tokens. However, your prompt contains at least ${limit + 1} ` +
      "input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input " +
      "prompt.";
    return wrongParameter("input_tokens", message, String(limit + 1));
  }
  if (output === undefined || output <= limit) return undefined;
  const message = `max_tokens=${output} cannot be greater than max_model_len=${limit}. Please request fewer output tokens.`;
  return wrongParameter("max_tokens", message, String(output));
}
