import { readRollcall } from "./rollcall-section.ts";

/** What holds where the config says nothing. Times in milliseconds, sizes in bytes. */
export const DEFAULTS = {
  ...readRollcall({}, []),
  /** LiteLLM's default is two as well (`openai.DEFAULT_MAX_RETRIES`). */
  numRetries: 2,
  /** LiteLLM's own (`request_timeout`): only the last resort, since silence ends a stream long before. */
  timeoutMs: 6_000_000,
  streamTimeoutMs: 120_000,
} as const;
