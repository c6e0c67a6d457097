import type { Kind } from "@rollcall/contract";
import type { ProbeResponse } from "./probe-response.ts";

/** Where a kind tells its version without a key, or null. */
export function versionPath(kind: Kind): string | null {
  if (kind === "vllm") return "/version";
  return kind === "ollama" ? "/api/version" : null;
}

/** `{"version": "0.26.0"}`, and null for anything else. */
export function readVersion(answer: ProbeResponse): string | null {
  if (answer.kind === "failure" || answer.status !== 200) return null;
  return /"version"\s*:\s*"([\w.+-]{1,64})"/.exec(answer.body.slice(0, 4_096))?.[1] ?? null;
}
