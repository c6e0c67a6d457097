/**
 * What an app may say to a backend: an allow list, so that no credential, cookie or hop-by-hop header can slip through.
 * `x-session-id` is read by vLLM; the trace headers and `baggage` join its spans to the app's.
 */
export const FORWARDED_HEADERS = [
  "content-type",
  "accept",
  "traceparent",
  "tracestate",
  "baggage",
  "x-session-id",
] as const;
