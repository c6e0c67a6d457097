/** Settings that are honoured with another effect than in LiteLLM, by their name. */
export const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["litellm_params.rpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
  ["litellm_params.tpm", "a weight where routing_strategy is simple-shuffle, and no limit"],
  ["model_info.blocked", "the entry is served all the same: take it out of model_list"],
  [
    "model_info.supported_environments",
    "the entry is served in every environment: take it out where it is not meant",
  ],
]);
