/** What an entry's `model_info` says of a model, as LiteLLM calls it. Only what tells nothing of hosts and served names. */
export interface ModelInfo {
  /** `access_groups`, for keys. */
  readonly accessGroups: readonly string[];
  readonly maxTokens: number | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** `supports_vision`, `supports_function_calling` … as written. */
  readonly supports: ReadonlyMap<string, boolean>;
  /** `input_cost_per_token`, `output_cost_per_token` … in dollars. */
  readonly costs: ReadonlyMap<string, number>;
}

const SUPPORTS = /^supports_[a-z_]+$/;
const COST = /^(?:input|output)_cost_per_[a-z_0-9]+$/;

/** Anything that is not of its kind is as if it were not there: LiteLLM takes what it likes here. */
export function readModelInfo(written: Readonly<Record<string, unknown>> = {}): ModelInfo {
  const entries = Object.entries(written);
  const count = (key: string) => {
    const value = written[key];
    return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
  };
  const groups = written["access_groups"];
  return {
    accessGroups: (Array.isArray(groups) ? groups : []).filter((group) => typeof group === "string"),
    maxTokens: count("max_tokens"),
    maxInputTokens: count("max_input_tokens"),
    maxOutputTokens: count("max_output_tokens"),
    supports: new Map(
      entries.flatMap(([key, value]) =>
        SUPPORTS.test(key) && typeof value === "boolean" ? [[key, value] as const] : [],
      ),
    ),
    costs: new Map(
      entries.flatMap(([key, value]) =>
        COST.test(key) && typeof value === "number" && value >= 0 ? [[key, value] as const] : [],
      ),
    ),
  };
}
