import type { ProbeResponse } from "./probe-response.ts";

/** An answer in a few words, for people: never its body. */
export function describeResponse(answer: ProbeResponse): string {
  const took = `${Math.round(answer.durationMs)} ms`;
  if (answer.kind === "failure") return `no answer (${answer.code}) after ${took}`;
  const type = answer.headers["content-type"]?.split(";")[0]?.trim().slice(0, 64) ?? "no content type";
  const size = answer.truncated ? "more than is read" : `${answer.body.length} characters`;
  return `${answer.status} ${type}, ${size}, ${took}`;
}
