/** What holds where the config says nothing. Times in milliseconds, sizes in bytes. */
export const DEFAULTS = {
  prober: {
    host: "127.0.0.1",
    port: 4001,
    intervalMs: 2_000,
    notReadyIntervalMs: 1_000,
    /** For what has long been out. */
    maxIntervalMs: 10_000,
    timeoutMs: 5_000,
    failures: 2,
    successes: 1,
    concurrency: 512,
    loadTimeMs: 600_000,
    stallTimeMs: 120_000,
  },
  gateway: {
    host: "127.0.0.1",
    port: 4000,
    maxBodyBytes: 32 * 1024 * 1024,
    drainMs: 600_000,
    settleMs: 0,
    idleTimeoutMs: 60_000,
    slowStartMs: 10_000,
    maxConnections: 10_000,
    workers: 1,
  },
  /** No waiting unless asked for: a client that fails at once can go elsewhere. */
  queue: { size: 0, timeMs: 30_000 },
  /** LiteLLM's default is two as well (`openai.DEFAULT_MAX_RETRIES`). */
  numRetries: 2,
  /** LiteLLM's own (`request_timeout`): only the last resort, since silence ends a stream long before. */
  timeoutMs: 6_000_000,
  streamTimeoutMs: 120_000,
} as const;
