import type { IncomingHttpHeaders } from "node:http";
import type { Deployment } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";

/**
 * What an app may say to a backend: an allow list, so that no credential, cookie or hop-by-hop header can slip through.
 * `x-session-id` is read by vLLM; the trace headers join its spans to the app's.
 */
const FORWARDED = ["content-type", "accept", "traceparent", "tracestate", "x-session-id"] as const;

/** What a backend may say to an app. `server`, `set-cookie` and whatever else names it stay behind. */
const RETURNED = ["content-type", "retry-after", "openai-processing-ms"] as const;

/** Names and values in turn, as undici takes them without copying. */
export function upstreamHeaders(
  sent: IncomingHttpHeaders,
  deployment: Deployment,
  { secrets, requestId }: { secrets: Secrets; requestId: string },
): string[] {
  const { apiKey, headers: configured } = deployment.backend;
  const headers: string[] = [];
  // What the config says replaces ours, as it does at the prober: never the same header twice.
  const add = (name: string, value: string) => {
    if (!configured.has(name)) headers.push(name, value);
  };
  add("x-request-id", requestId);
  for (const name of FORWARDED) {
    const value = sent[name];
    if (typeof value === "string") add(name, value);
  }
  if (sent["content-type"] === undefined) add("content-type", "application/json");
  const key = secrets.value(apiKey);
  if (key !== null) add("authorization", `Bearer ${key}`);
  for (const [name, ref] of configured) headers.push(name, secrets.value(ref) ?? "");
  return headers;
}

/** Adds what a backend may say to the headers for the app. */
export function addReturned(received: IncomingHttpHeaders, headers: Record<string, string>): void {
  for (const name of RETURNED) {
    const value = received[name];
    if (typeof value === "string") headers[name] = value;
  }
}
