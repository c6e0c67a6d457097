/** Settings that are honoured by doing nothing, by their name, and why that is enough. */
export const NOTHING_TO_DO: ReadonlyMap<string, string> = new Map([
  ...["litellm_settings.drop_params", "litellm_params.drop_params"].map(
    (name) =>
      [
        name,
        "nothing to drop: parameters go to the backend as they are, and it leaves aside what it does not know",
      ] as const,
  ),
  ["litellm_params.allowed_openai_params", "nothing to allow: parameters go to the backend as they are"],
]);

const noting = (keys: string, text: string): readonly (readonly [string, string])[] =>
  keys.split(" ").map((key) => [key, text]);

/** LiteLLM's settings without an effect here, by their key, and what there is instead. */
export const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  [
    "merge_reasoning_content_in_choices",
    "has no effect here: reasoning reaches apps in the field in which the backend sends it",
  ],
  ...noting(
    "num_ctx keep_alive think",
    "has no effect here: Ollama's OpenAI API has no such field. Set it where Ollama runs, or write reasoning_effort for think",
  ),
  ["stream", "has no effect (in LiteLLM neither): the request says how its answer comes"],
  ...noting(
    "alerting alerting_threshold alert_types alerting_args alerting_config",
    "has no effect here: nobody is alerted by the gateway; rules for Prometheus, whose Alertmanager knows Slack and mail, are in deploy/prometheus",
  ),
  ...noting(
    "service_callbacks callback_settings",
    "has no effect here: what callbacks does is fixed; rollcall.traces says where spans go",
  ),
  ...noting(
    "cache cache_params cache_responses cache_kwargs caching_groups",
    "has no effect here: answers are not cached; routing_strategy prefix-affinity keeps conversations where their prompt is",
  ),
  ...noting(
    "guardrails guardrail_list",
    "has no effect here: prompts and answers pass as they are, so what has to be looked at must be before or behind the gateway",
  ),
  ["tag_regex", "has no effect here: the header User-Agent chooses no deployment, tags do"],
]);
