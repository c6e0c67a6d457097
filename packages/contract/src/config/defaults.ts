/** What holds where the config says nothing. Times in milliseconds, sizes in bytes. */
export const DEFAULTS = {
  prober: {
    host: "127.0.0.1",
    port: 4001,
    intervalMs: 2_000,
    notReadyIntervalMs: 1_000,
    timeoutMs: 5_000,
    failures: 2,
    concurrency: 64,
    loadTimeMs: 600_000,
  },
  gateway: {
    host: "127.0.0.1",
    port: 4000,
    maxBodyBytes: 32 * 1024 * 1024,
    drainMs: 600_000,
  },
  /** LiteLLM's default is two as well (`openai.DEFAULT_MAX_RETRIES`). */
  numRetries: 2,
  timeoutMs: 600_000,
  streamTimeoutMs: 120_000,
} as const;
