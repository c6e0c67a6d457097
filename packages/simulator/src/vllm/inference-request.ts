import { readBody } from "../http/read-body.ts";
import { type Call, identity } from "./call.ts";
import { type Prompt, readPrompt } from "./prompt.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** A request that passed every check before the engine. */
export interface InferenceRequest {
  readonly body: Record<string, unknown>;
  /** As echoed in the answer: the first served name or the adapter's own, not the name asked for. */
  readonly model: string;
  readonly prompt: Prompt;
  /** Undefined when the client leaves it to the model. */
  readonly maxTokens: number | undefined;
}

/** The seen body is kept up to this length. */
const KEPT_BODY = 64 * 1024;

/** Reads and checks in vLLM's order: JSON, fields, model name, context length. Undefined = the client has left. */
export async function readInference(call: Call, field: string): Promise<InferenceRequest | undefined> {
  const body = await readJson(call);
  if (body === undefined) return undefined;
  if (body[field] === undefined || body[field] === null) {
    throw badRequest(
      validation(`{'type': 'missing', 'loc': ('body', '${field}'), 'msg': 'Field required'}`),
      `body.${field}`,
    );
  }
  const model = echoedName(call, body["model"]);
  const prompt = readPrompt(body[field]);
  const maxTokens = asCount(body["max_completion_tokens"]) ?? asCount(body["max_tokens"]);
  const { dialect, settings } = call.backend;
  if (!dialect.truncates) checkContext(prompt.tokens, maxTokens ?? 0, settings.maxModelLen);
  return { body, model, prompt, maxTokens };
}

export async function readJson({ exchange, seen }: Call): Promise<Record<string, unknown> | undefined> {
  const raw = await readBody(exchange.request);
  if (raw === undefined) return undefined;
  const mediaType = (seen.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw badRequest("Unsupported Media Type: Only 'application/json' is allowed");
  }
  const body = parseObject(raw.toString());
  if (raw.length <= KEPT_BODY) seen.body = body;
  if (typeof body["model"] === "string") seen.model = body["model"];
  return body;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(
      validation("{'type': 'json_invalid', 'loc': ('body', 0), 'msg': 'JSON decode error'}"),
      "body.0",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const problem =
      "{'type': 'model_attributes_type', 'loc': ('body',), 'msg': 'Input should be a valid dictionary'}";
    throw badRequest(validation(problem), "body");
  }
  return value as Record<string, unknown>;
}

function validation(problem: string): string {
  return `1 validation error:\n  ${problem}`;
}

/** A missing or empty name means the default model; LoRA names must match exactly. */
function echoedName(call: Call, asked: unknown): string {
  const { names } = identity(call);
  const { dialect, settings } = call.backend;
  const listed = names.map((name) => dialect.listed(name));
  if (typeof asked !== "string" || asked === "" || listed.includes(dialect.listed(asked)))
    return listed[0] ?? "";
  if (settings.loras.includes(asked)) return asked;
  const echoed = dialect.unknownModel(asked, names);
  if (typeof echoed === "string") return echoed;
  throw new Refusal(echoed);
}

function checkContext(prompt: number, output: number, limit: number): void {
  if (prompt + output <= limit) return;
  const message =
    `This model's maximum context length is ${limit} tokens. However, you requested ${output} output tokens and ` +
    `your prompt contains ${prompt} input tokens, for a total of ${prompt + output} tokens. Please reduce the length ` +
    `of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=${prompt})`;
  throw new Refusal({ status: 400, type: "BadRequestError", message, param: "input_tokens" });
}

function asCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}
