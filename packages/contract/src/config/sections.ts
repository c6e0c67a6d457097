/** What the sections are about. */
export const SECTIONS: Readonly<Record<string, string>> = {
  prober: "Who asks the backends.",
  gateway: "Who forwards requests.",
  queue: "Requests that wait while a model loads, instead of failing.",
  state: "How verdicts reach the gateway.",
  keys: "Virtual keys; true stands for {enabled: true}.",
  control: "Who keeps the virtual keys and answers for them.",
  metrics: "What is counted beside the usual.",
  traces: "Spans of requests, for an OpenTelemetry collector or Langfuse.",
};

/** Sections that may be written as a plain true or false: the setting of theirs that is meant. */
export const SHORTHANDS = { keys: "enabled" } as const satisfies Readonly<Record<string, string>>;
