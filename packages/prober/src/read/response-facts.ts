import { clockSkew } from "@rollcall/contract";
import type { ProbeResponse } from "./probe-response.ts";

/** How far the server's clock is ahead of ours in milliseconds; null where it does not say. */
export function readSkew(response: ProbeResponse, now: number): number | null {
  return response.kind === "failure" ? null : clockSkew(response.headers["date"], now);
}

/** `{"version": "0.26.0"}`, and null for anything else. */
export function readVersion(response: ProbeResponse): string | null {
  if (response.kind === "failure" || response.status !== 200) return null;
  return /"version"\s*:\s*"([\w.+-]{1,64})"/.exec(response.body.slice(0, 4_096))?.[1] ?? null;
}

/** A response in a few words, for people: never its body. */
export function describeResponse(response: ProbeResponse): string {
  const took = `${Math.round(response.durationMs)} ms`;
  if (response.kind === "failure") return `no answer (${response.code}) after ${took}`;
  const type = response.headers["content-type"]?.split(";")[0]?.trim().slice(0, 64) ?? "no content type";
  const size = response.truncated ? "more than is read" : `${response.body.length} characters`;
  return `${response.status} ${type}, ${size}, ${took}`;
}
