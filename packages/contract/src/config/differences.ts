/** Settings that are honoured with another effect than in LiteLLM, by their name. */
export const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["litellm_params.drop_params", "parameters go to the backend as they are"],
  ["litellm_settings.drop_params", "parameters go to the backend as they are"],
  ["litellm_params.rpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
  ["litellm_params.tpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
]);
