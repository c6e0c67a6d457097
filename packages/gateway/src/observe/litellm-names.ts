import { ENDPOINTS } from "@rollcall/contract";
import { gatherSpreads, isSpread, type Counts, type FlatMetric, type Spread } from "./counts.ts";

type Labels = Readonly<Record<string, string | number>>;

interface Value {
  readonly value: number;
  readonly labels: Labels;
}

/** One of LiteLLM's metrics, and what it is printed from. */
interface Same {
  readonly from: string;
  /** Its labels by ours; a label of ours that does not stand here is summed over. */
  readonly labels: Readonly<Record<string, string>>;
  /** Which of our series count; all of them where it is absent. */
  readonly where?: (labels: Labels) => boolean;
}

const BY_ALIAS = { alias: "requested_model" };
const BY_MODEL = { alias: "model" };
const BY_DEPLOYMENT = { deployment: "model_id" };
const TOKENS = { alias: "requested_model", deployment: "model_id" };

const isType = (type: string) => (labels: Labels) => labels["type"] === type;

/**
 * LiteLLM's metrics (`litellm/types/integrations/prometheus.py`), with the labels of theirs that there is something to say
 * for: `model` and `requested_model` are aliases, `model_id` is a deployment, `route` its path.
 */
export const LITELLM_NAMES: Readonly<Record<string, Same>> = {
  litellm_proxy_total_requests_metric_total: {
    from: "rollcall_gateway_requests_total",
    labels: { alias: "requested_model", status: "status_code", endpoint: "route" },
  },
  litellm_proxy_failed_requests_metric_total: {
    from: "rollcall_gateway_requests_total",
    labels: { alias: "requested_model", status: "exception_status", endpoint: "route" },
    where: ({ status }) => Number(status) >= 400,
  },
  litellm_request_total_latency_metric: {
    from: "rollcall_gateway_request_duration_seconds",
    labels: BY_ALIAS,
  },
  litellm_llm_api_latency_metric: {
    from: "rollcall_gateway_attempt_duration_seconds",
    labels: BY_DEPLOYMENT,
  },
  litellm_llm_api_time_to_first_token_metric: {
    from: "rollcall_gateway_time_to_first_token_seconds",
    labels: BY_MODEL,
  },
  litellm_deployment_latency_per_output_token: {
    from: "rollcall_gateway_time_per_output_token_seconds",
    labels: BY_MODEL,
  },
  litellm_overhead_latency_metric: { from: "rollcall_gateway_overhead_seconds", labels: BY_ALIAS },
  litellm_input_tokens_metric_total: {
    from: "rollcall_gateway_tokens_total",
    labels: TOKENS,
    where: isType("input"),
  },
  litellm_output_tokens_metric_total: {
    from: "rollcall_gateway_tokens_total",
    labels: TOKENS,
    where: isType("output"),
  },
  litellm_total_tokens_metric_total: {
    from: "rollcall_gateway_tokens_total",
    labels: TOKENS,
    where: ({ type }) => type === "input" || type === "output",
  },
  litellm_input_cached_tokens_metric_total: {
    from: "rollcall_gateway_tokens_total",
    labels: TOKENS,
    where: isType("cached"),
  },
  litellm_output_reasoning_tokens_metric_total: {
    from: "rollcall_gateway_tokens_total",
    labels: TOKENS,
    where: isType("reasoning"),
  },
  litellm_in_flight_requests: { from: "rollcall_gateway_requests_in_flight", labels: BY_DEPLOYMENT },
  litellm_deployment_total_requests_total: { from: "rollcall_gateway_attempts_total", labels: BY_DEPLOYMENT },
  litellm_deployment_success_responses_total: {
    from: "rollcall_gateway_attempts_total",
    labels: BY_DEPLOYMENT,
    where: ({ outcome }) => outcome === "complete",
  },
  litellm_deployment_failure_responses_total: {
    from: "rollcall_gateway_attempts_total",
    labels: BY_DEPLOYMENT,
    where: ({ outcome }) => outcome === "failed" || outcome === "cut",
  },
  litellm_deployment_successful_fallbacks_total: {
    from: "rollcall_gateway_fallbacks_total",
    labels: BY_ALIAS,
    where: ({ ending }) => ending === "complete",
  },
  litellm_deployment_failed_fallbacks_total: {
    from: "rollcall_gateway_fallbacks_total",
    labels: BY_ALIAS,
    where: ({ ending }) => ending === "error" || ending === "upstream_aborted",
  },
};

/** `chat_completions` → `/chat/completions`. */
const ROUTES = new Map(ENDPOINTS.map(({ name, upstreamPath }) => [name, upstreamPath]));

/** The same counts, and behind them those of LiteLLM's names. */
export function withLiteLlmNames(counts: Counts): Counts {
  const byName = new Map(counts.map((metric) => [metric.name, metric]));
  const more = Object.entries(LITELLM_NAMES).flatMap(([name, same]) => {
    const metric = byName.get(same.from);
    if (metric === undefined) return [];
    const about = { name, help: `As ${same.from}.` };
    return [
      isSpread(metric)
        ? { ...metric, ...about, spreads: summedSpreads(metric.spreads, same) }
        : ({ ...metric, ...about, values: summed(metric.values as readonly Value[], same) } as FlatMetric),
    ];
  });
  return [...counts, ...more];
}

function summedSpreads(spreads: readonly Spread[], { labels, where }: Same): readonly Spread[] {
  const counted = where === undefined ? spreads : spreads.filter((spread) => where(spread.labels));
  return gatherSpreads(counted.map((spread) => ({ ...spread, labels: renamed(spread.labels, labels) })));
}

function summed(values: readonly Value[], { labels, where }: Same): readonly Value[] {
  const sums = new Map<string, Value>();
  for (const { value, labels: ours } of values) {
    if (where?.(ours) === false) continue;
    const theirs = renamed(ours, labels);
    const key = JSON.stringify(theirs);
    sums.set(key, { labels: theirs, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}

function renamed(ours: Labels, names: Same["labels"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(ours).flatMap(([label, value]) => {
      const name = names[label];
      if (name === undefined) return [];
      const text = String(value);
      return [[name, name === "route" ? (ROUTES.get(text) ?? text) : text]];
    }),
  );
}
