import type { GatewayError } from "./gateway-error.ts";
import type { ErrorAnswer } from "./error-answer.ts";

/** One way in which LiteLLM's errors differ from OpenAI's, and so from ours. */
export interface CompatRow {
  readonly when: string;
  /** As they are without the switch. */
  readonly ours: string;
  readonly litellm: string;
  applies(failure: GatewayError, answer: ErrorAnswer): boolean;
  change(answer: ErrorAnswer): ErrorAnswer;
}

const status = (code: number) => (answer: ErrorAnswer) => ({ ...answer, status: code });
const isOneOf =
  (...kinds: readonly GatewayError["kind"][]) =>
  ({ kind }: GatewayError) =>
    kinds.includes(kind);

/**
 * What `rollcall.compat: litellm` changes, for programs that were written against LiteLLM's statuses. All rows that apply do, in
 * this order.
 */
export const COMPAT_ROWS: readonly CompatRow[] = [
  {
    when: "the config does not have the model",
    ours: "404",
    litellm: "400",
    applies: isOneOf("unknown_model", "unsupported_model"),
    change: status(400),
  },
  {
    when: "the request's tags are those of no deployment",
    ours: "403",
    litellm: "401",
    applies: isOneOf("tags_refused"),
    change: status(401),
  },
  {
    when: "no backend answered in the time allowed",
    ours: "504",
    litellm: "408",
    applies: (failure) => failure.kind === "upstream_failed" && failure.reason === "timeout",
    change: status(408),
  },
  {
    when: "the last backend could not be reached, refused the key or broke off",
    ours: "502 or 503",
    litellm: "500",
    applies: (failure) => failure.kind === "upstream_failed" && failure.reason !== "timeout",
    change: status(500),
  },
  {
    when: "no deployment of the model is ready",
    ours: "503",
    litellm: "429",
    applies: isOneOf("none_ready", "state_refused"),
    change: status(429),
  },
  {
    when: "the key is missing or wrong",
    ours: "`type` is `invalid_request_error`",
    litellm: "`type` is `auth_error`",
    applies: isOneOf("no_key", "wrong_key"),
    change: (answer) => ({ ...answer, error: { ...answer.error, type: "auth_error" } }),
  },
  {
    when: "any error",
    ours: "`code` is a word, or null",
    litellm: "`code` is the status as text",
    applies: () => true,
    change: (answer) => ({ ...answer, error: { ...answer.error, code: String(answer.status) } }),
  },
];

/** An error as LiteLLM would tell it. */
export function asLiteLlm(failure: GatewayError, answer: ErrorAnswer): ErrorAnswer {
  return COMPAT_ROWS.reduce((told, row) => (row.applies(failure, told) ? row.change(told) : told), answer);
}
