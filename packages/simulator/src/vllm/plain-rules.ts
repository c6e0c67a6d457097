import type { VllmError } from "./error-body.ts";
import { syntaxFault } from "./json-syntax.ts";
import { badRequest, validationError } from "./pydantic.ts";
import { type Body, type Endpoint, type Lengths, PROMPT_FIELDS, type RequestRules } from "./request-rules.ts";

const UNSUPPORTED = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";

/** vLLM before 0.30, and what other kinds are taken to do where nobody has looked. */
export const PLAIN_RULES: RequestRules = {
  mediaType: (type) => (type === "application/json" ? undefined : badRequest(UNSUPPORTED)),
  badUtf8: () => undefined,
  badJson: (text) => {
    if (text === "")
      return validationError({ type: "missing", loc: "body", msg: "Field required", input: null });
    const { message, position } = syntaxFault(text);
    const ctx = `{'error': '${message}'}`;
    const complaint = { type: "json_invalid", loc: `body.${position}`, msg: "JSON decode error" };
    return validationError({ ...complaint, input: {}, ctx });
  },
  notAnObject: (input) => {
    const msg = "Input should be a valid dictionary or object to extract fields from";
    return validationError({ type: "model_attributes_type", loc: "body", msg, input });
  },
  fields: (endpoint, body) => wrongType(endpoint, body) ?? missing(endpoint, body),
  values: () => undefined,
  context: tooMuch,
  grammar: () => undefined,
};

/** What every kind but llama.cpp has typed: a name and a prompt are no numbers. */
export function wrongType(endpoint: Endpoint, body: Body): VllmError | undefined {
  const field = ["model", PROMPT_FIELDS[endpoint]].find((name) => typeof body[name] === "number");
  if (field === undefined) return undefined;
  const msg = "Input should be a valid string";
  return validationError({ type: "string_type", loc: `body.${field}`, msg, input: body[field] });
}

export function missing(endpoint: Endpoint, body: Body): VllmError | undefined {
  const field = PROMPT_FIELDS[endpoint];
  if (body[field] !== undefined && body[field] !== null) return undefined;
  return validationError({ type: "missing", loc: `body.${field}`, msg: "Field required", input: body });
}

/** Prompt and output together, as vLLM counted them before it began to cut the output. */
function tooMuch({ prompt, output = 0, limit }: Lengths): VllmError | undefined {
  if (prompt + output <= limit) return undefined;
  const message =
    `This model's maximum context length is ${limit} tokens. However, you requested ${output} output tokens and ` +
    `your prompt contains ${prompt} input tokens, for a total of ${prompt + output} tokens. Please reduce the length ` +
    `of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=${prompt})`;
  return { status: 400, type: "BadRequestError", message, param: "input_tokens" };
}
