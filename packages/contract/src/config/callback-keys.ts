/** Keys of `litellm_settings` under which LiteLLM has whom to tell of requests. A span says how one ended, whichever of them it is. */
export const CALLBACK_KEYS = [
  "callbacks",
  "success_callback",
  "failure_callback",
  "service_callback",
] as const;

export type CallbackKey = (typeof CALLBACK_KEYS)[number];

/** JSON schemas of these keys. */
export const CALLBACK_SCHEMAS = Object.fromEntries(
  CALLBACK_KEYS.map((key) => [key, { type: ["string", "array"], description: "Who is told of requests." }]),
);
