/** Routes that carry a model in a JSON body, below `/v1` and without it. One more is one more line. */
export const MODEL_ROUTES = ["/chat/completions", "/completions", "/embeddings"] as const;
