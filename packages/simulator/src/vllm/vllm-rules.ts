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

const WITH_MESSAGES: ReadonlySet<Endpoint> = new Set(["chat", "messages", "count-tokens"]);

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

/** What pydantic reads a text as, where it is given one. */
const PARSED: Readonly<
  Record<string, { readonly type: string; readonly msg: string; readonly reads: RegExp }>
> = {
  integer: {
    type: "int_parsing",
    msg: "Input should be a valid integer, unable to parse string as an integer",
    reads: /^\s*[+-]?\d+\s*$/,
  },
  boolean: {
    type: "bool_parsing",
    msg: "Input should be a valid boolean, unable to interpret input",
    reads: /^(?:0|1|off|on|f|t|false|true|n|y|no|yes)$/i,
  },
};

const TYPES: readonly (readonly [name: string, type: keyof typeof PARSED])[] = [
  ["max_tokens", "integer"],
  ["max_completion_tokens", "integer"],
  ["n", "integer"],
  ["seed", "integer"],
  ["stream", "boolean"],
];

function types(body: Body): VllmError | undefined {
  for (const [name, wanted] of TYPES) {
    const input = body[name];
    const { reads, ...complaint } = PARSED[wanted] as (typeof PARSED)[string];
    if (typeof input === "string" && !reads.test(input))
      return validationError({ ...complaint, loc: `body.${name}`, input });
  }
  return undefined;
}

function fields(endpoint: Endpoint, body: Body): VllmError | undefined {
  const mistyped = types(body) ?? wrongType(endpoint, body);
  if (mistyped !== undefined) return mistyped;
  if (endpoint === "messages" && body["messages"] !== undefined && body["max_tokens"] === undefined)
    return validationError({ type: "missing", loc: "body.max_tokens", msg: "Field required", input: body });
  if (endpoint === "completions") return completionFields(body);
  const absent = missing(endpoint, body);
  if (absent !== undefined) return absent;
  const { messages } = body;
  if (WITH_MESSAGES.has(endpoint) && !Array.isArray(messages)) {
    const msg = "Input should be a valid list";
    return validationError({ type: "list_type", loc: "body.messages", msg, input: messages });
  }
  return streamOptions(body) ?? logprobs(body) ?? toolChoice(body);
}

function logprobs({ logprobs: wanted, top_logprobs: top }: Body): VllmError | undefined {
  if (typeof top !== "number" || top === 0 || wanted === true) return undefined;
  return wrongParameter("top_logprobs", "when using `top_logprobs`, `logprobs` must be set to true.");
}

function toolChoice({ tools, tool_choice: choice }: Body): VllmError | undefined {
  if (choice === undefined || choice === null || choice === "none" || choice === "auto") return undefined;
  if (!Array.isArray(tools) || tools.length === 0)
    return wrongParameter("tool_choice", "When using `tool_choice`, `tools` must be set.");
  const named = (choice as { function?: { name?: unknown } }).function?.name;
  const names = tools.map((tool: { function?: { name?: unknown } } | null) => tool?.function?.name);
  if (named === undefined || names.includes(named)) return undefined;
  return wrongParameter(
    "tool_choice",
    "The tool specified in `tool_choice` does not match any of the specified `tools`",
  );
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
  if (WITH_MESSAGES.has(endpoint)) {
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

const MOST_LOGPROBS = 20;

const SAMPLING: readonly SamplingRule[] = [
  {
    name: "temperature",
    isWrong: (value) => value > 2,
    message: (value) => {
      const shown = pythonFloat(value);
      return wrongParameter("temperature", `temperature must be in [0, 2], got ${shown}.`, shown);
    },
  },
  {
    name: "top_logprobs",
    isWrong: (value) => value > MOST_LOGPROBS,
    message: (value) =>
      wrongParameter(
        "logprobs",
        `Requested sample logprobs of ${value}, which is greater than max allowed: ${MOST_LOGPROBS}`,
        String(value),
      ),
  },
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
