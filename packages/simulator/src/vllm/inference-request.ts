import { type Call, identity } from "./call.ts";
import type { VllmError } from "./error-body.ts";
import { countPrompts, type Prompt, readCutPrompt, readPrompt } from "./prompt.ts";
import { Refusal } from "./refusal.ts";
import { type Endpoint, PROMPT_FIELDS } from "./request-rules.ts";
import { unknownPrevious } from "./stored-responses.ts";

/** A request that passed every check before the engine. */
export interface InferenceRequest {
  readonly body: Record<string, unknown>;
  /** As echoed in the answer: the first served name or the adapter's own, not the name asked for. */
  readonly model: string;
  readonly prompt: Prompt;
  /** Undefined when the client leaves it to the model. */
  readonly maxTokens: number | undefined;
  /** How many choices: as many as are asked for, of every prompt. */
  readonly n: number;
}

/** The seen body is kept up to this length. */
const KEPT_BODY = 64 * 1024;

/** Reads and checks in vLLM's order: JSON, fields, model name, values, context. Undefined = the client has left. */
export async function readInference(call: Call, endpoint: Endpoint): Promise<InferenceRequest | undefined> {
  const body = await readJson(call);
  if (body === undefined) return undefined;
  const { dialect, settings } = call.backend;
  const rules = dialect.rules(settings);
  throwAny(rules.fields(endpoint, body));
  const model = echoedName(call, body["model"]);
  throwAny(rules.values(endpoint, body, model));
  if (endpoint === "responses") throwAny(unknownPrevious(call, body));
  const limit = cutAt(call);
  const written = body[PROMPT_FIELDS[endpoint]];
  const prompt = limit === null ? readPrompt(written) : readCutPrompt(written, limit);
  const maxTokens = countIn(body, ["max_completion_tokens", "max_tokens", "max_output_tokens"]);
  const lengths = { prompt: prompt.tokens, output: maxTokens, limit: settings.maxModelLen };
  if (limit === null) throwAny(rules.context(lengths));
  const prompts = endpoint === "completions" ? countPrompts(body["prompt"]) : 1;
  return { body, model, prompt, maxTokens, n: (countIn(body, ["n"]) ?? 1) * prompts };
}

/** So many tokens of a prompt are read and the rest is dropped without a word, or null where longer ones are refused. */
function cutAt({ backend: { dialect, settings }, fault }: Call): number | null {
  if (fault?.name === "truncate") return fault.tokens;
  return dialect.truncates ? settings.maxModelLen : null;
}

export async function readJson({
  exchange,
  seen,
  backend,
}: Call): Promise<Record<string, unknown> | undefined> {
  const raw = await exchange.readBody();
  if (raw === undefined) return undefined;
  const rules = backend.dialect.rules(backend.settings);
  const mediaType = (seen.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  throwAny(rules.mediaType(mediaType ?? ""));
  throwAny(rules.badUtf8(raw));
  const text = raw.toString();
  const value = parse(text);
  if (value === undefined) throw new Refusal(rules.badJson(text));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(rules.notAnObject(value));
  }
  const body = value as Record<string, unknown>;
  if (raw.length <= KEPT_BODY) seen.body = body;
  if (typeof body["model"] === "string") seen.model = body["model"];
  return body;
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function throwAny(error: VllmError | undefined): void {
  if (error !== undefined) throw new Refusal(error);
}

/** A missing or empty name means the default model; LoRA names must match exactly. */
export function echoedName(call: Call, asked: unknown): string {
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

function countIn(body: Record<string, unknown>, names: readonly string[]): number | undefined {
  const values = names.map((name) => body[name]);
  return values.find((value): value is number => Number.isInteger(value) && Number(value) > 0);
}
