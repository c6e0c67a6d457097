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

/** LiteLLM's settings without an effect here, by their key, and what there is instead. */
export const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  [
    "merge_reasoning_content_in_choices",
    "has no effect here: reasoning reaches apps in the field in which the backend sends it",
  ],
  ...["num_ctx", "keep_alive", "think"].map(
    (key) =>
      [
        key,
        "has no effect here: Ollama's OpenAI API has no such field. Set it where Ollama runs, or write reasoning_effort for think",
      ] as const,
  ),
  ["stream", "has no effect (in LiteLLM neither): the request says how its answer comes"],
]);
