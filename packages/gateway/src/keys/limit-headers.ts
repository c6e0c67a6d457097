import type { Tightest } from "@rollcall/ledger";

/** What an app may read of its limits: OpenAI's names for the tightest scope, LiteLLM's for those of the key. */
export function limitHeaders(
  headers: Record<string, string>,
  keyRpm: number | null,
  tightest: Tightest | null,
): void {
  if (keyRpm !== null) headers["x-litellm-key-rpm-limit"] = String(keyRpm);
  if (tightest === null) return;
  const limit = String(tightest.limit);
  const remaining = String(Math.max(0, Math.floor(tightest.remaining)));
  headers["x-ratelimit-limit-requests"] = limit;
  headers["x-ratelimit-remaining-requests"] = remaining;
  headers["x-ratelimit-reset-requests"] = printDuration(tightest.resetMs);
  if (!tightest.scope.startsWith("key:") || tightest.scope.includes("/")) return;
  headers["x-ratelimit-api_key-limit-requests"] = limit;
  headers["x-ratelimit-api_key-remaining-requests"] = remaining;
}

/** As OpenAI writes it: `12ms`, `1s`, `6m0s`. */
export function printDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.ceil(ms))}ms`;
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
