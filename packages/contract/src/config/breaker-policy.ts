/** Faults that are counted, as LiteLLM tells them apart. Refused: by a status below 500, which the request may have caused. */
export const FAULT_KINDS = ["timeout", "bad_gateway", "server_error", "refused"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** When a deployment's breaker opens, and for how long. Times in milliseconds. */
export interface BreakerPolicy {
  /** So many faults within the window are let pass: one more, of that kind, opens it. */
  readonly allowedFaults: Readonly<Record<FaultKind, number>>;
  readonly windowMs: number;
  /** Open for so long at first, then twice as long after each trial that fails, up to the last. */
  readonly firstOpenMs: number;
  readonly lastOpenMs: number;
}

/** More than anybody counts: faults of that kind alone never open it. */
export const NEVER_OPENS = 1_001;

/** Let pass where nothing else is said. */
export const DEFAULT_FAULTS = 4;

export const DEFAULT_BREAKER: BreakerPolicy = {
  allowedFaults: {
    timeout: DEFAULT_FAULTS,
    bad_gateway: DEFAULT_FAULTS,
    server_error: DEFAULT_FAULTS,
    refused: DEFAULT_FAULTS,
  },
  windowMs: 30_000,
  firstOpenMs: 1_000,
  lastOpenMs: 30_000,
};

/** LiteLLM's kinds of errors that open a breaker here too. One that has no limit of its own goes by `allowed_fails`. */
export const COUNTED_ERRORS = {
  TimeoutErrorAllowedFails: "timeout",
  InternalServerErrorAllowedFails: "server_error",
  BadGatewayErrorAllowedFails: "bad_gateway",
} as const satisfies Record<string, FaultKind>;

const ASKS_FIRST =
  "differs from LiteLLM: one request makes the deployment the second choice and asks the prober, which alone takes it out";
const PAUSES =
  "differs from LiteLLM: a deployment that says so is left alone for as long as it asks, from the first time on";
const REQUESTS_OWN = "has no effect here: what is wrong with a request is never held against a deployment";

/** LiteLLM's other kinds, and what happens instead. */
export const OTHER_ERRORS: Readonly<Record<string, string>> = {
  BadRequestErrorAllowedFails: REQUESTS_OWN,
  ContentPolicyViolationErrorAllowedFails: REQUESTS_OWN,
  AuthenticationErrorAllowedFails: ASKS_FIRST,
  NotFoundErrorAllowedFails: ASKS_FIRST,
  RateLimitErrorAllowedFails: PAUSES,
  ServiceUnavailableErrorAllowedFails: PAUSES,
};

export const ALLOWED_FAILS_KEYS: readonly string[] = [
  ...Object.keys(COUNTED_ERRORS),
  ...Object.keys(OTHER_ERRORS),
];
