import type { ProbeResponse } from "./probe-response.ts";

/** How far the server's clock is ahead of ours in milliseconds, by its `date` header; null where it sends none. */
export function readSkew(answer: ProbeResponse, now: number): number | null {
  if (answer.kind === "failure") return null;
  // oxlint-disable-next-line no-restricted-globals -- reads a text and asks no clock
  const at = Date.parse(answer.headers["date"] ?? "");
  return Number.isNaN(at) ? null : at - now;
}
