import type { GatewayError } from "../errors/gateway-error.ts";
import { contextOf, outputLimits, servedContext, type KnownModel } from "./known-models.ts";

/** LiteLLM's constant: of a name nobody knows since when it is served, and what changes is no name for a cache. */
const CREATED_S = 1_677_610_602;
const CREATED_AT = new Date(CREATED_S * 1_000).toISOString().replace(".000Z", "Z");

/** One entry of `GET /v1/models`, as OpenAI shapes it. */
export interface ModelCard {
  readonly id: string;
  readonly object: "model";
  /** Seconds since the epoch. */
  readonly created: number;
  readonly owned_by: string;
  /** The model's context in tokens, under the names by which clients look for it; none where it is not known. */
  readonly max_model_len?: number;
  readonly context_length?: number;
  readonly context_window?: number;
  readonly max_input_tokens?: number;
  /** Of an answer, as the config has it; none where it does not. */
  readonly max_tokens?: number;
  readonly max_output_tokens?: number;
}

export function modelCard(model: KnownModel): ModelCard {
  const served = servedContext(model.deployments) ?? contextOf(model);
  const { max_tokens: tokens, max_output_tokens: output } = outputLimits(model);
  const known =
    served === null ? {} : { max_model_len: served, context_length: served, context_window: served };
  return {
    id: model.name,
    object: "model",
    created: CREATED_S,
    owned_by: "rollcall",
    ...known,
    ...inputLimit(model),
    ...(tokens !== null && { max_tokens: tokens }),
    ...(output !== null && { max_output_tokens: output }),
  };
}

/** The same as Anthropic shapes it. */
export interface AnthropicModelCard {
  readonly type: "model";
  readonly id: string;
  readonly display_name: string;
  /** What is listed may be called. The SDK's type requires it. */
  readonly lifecycle: "active";
  /** RFC 3339 */
  readonly created_at: string;
  readonly max_input_tokens?: number;
  /** Of an answer. */
  readonly max_tokens?: number;
}

export function anthropicModelCard(model: KnownModel): AnthropicModelCard {
  const { name } = model;
  const { max_tokens: tokens } = outputLimits(model);
  return {
    type: "model",
    id: name,
    display_name: name,
    lifecycle: "active",
    created_at: CREATED_AT,
    ...inputLimit(model),
    ...(tokens !== null && { max_tokens: tokens }),
  };
}

function inputLimit(model: KnownModel): { readonly max_input_tokens?: number } {
  const limit = contextOf(model);
  return limit === null ? {} : { max_input_tokens: limit };
}

/** One page of Anthropic's list. */
export interface AnthropicPage {
  readonly data: readonly AnthropicModelCard[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

const DEFAULT_LIMIT = 20;
const MOST = 1_000;

/** What is asked of the list. */
export interface PageQuery {
  readonly limit?: string | undefined;
  readonly after_id?: string | undefined;
  readonly before_id?: string | undefined;
}

/** The page that the query asks for: those behind `after_id`, or those next before `before_id`. */
export function anthropicPage(
  models: readonly KnownModel[],
  { limit: written, after_id: after, before_id: before }: PageQuery,
): AnthropicPage | GatewayError {
  const limit = written === undefined ? DEFAULT_LIMIT : Number(written);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST))
    return invalid("limit", written, `from 1 to ${MOST}`);
  const placeOf = (id: string) => models.findIndex(({ name }) => name === id);
  const [from, to] = [
    after === undefined ? 0 : placeOf(after) + 1,
    before === undefined ? models.length : placeOf(before),
  ];
  if (after !== undefined && from === 0) return invalid("after_id", after, "the id of a model");
  if (to === -1) return invalid("before_id", before, "the id of a model");
  const wanted = models.slice(from, to);
  const page = after === undefined && before !== undefined ? wanted.slice(-limit) : wanted.slice(0, limit);
  const data = page.map(anthropicModelCard);
  return {
    data,
    has_more: wanted.length > page.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function invalid(name: string, found: string | undefined, expected: string): GatewayError {
  return { kind: "invalid_parameter", name, found: JSON.stringify(found), expected };
}
