import { readStream } from "./event-stream.ts";
import type { Received } from "./received.ts";

/**
 * What became of one request, as its client sees it:
 * - `ok`: a whole answer
 * - `error`: nothing of an answer came (an error status, a broken or silent connection, an error as the first event,
 *   an answer with no word in it, as aborted ones are); somebody could still have sent it elsewhere
 * - `told`: cut after the first event, and an error event says so
 * - `broken`: cut after the first byte, and only the broken connection says so
 * - `hidden`: cut after the first byte, and nothing says so (a clean end without [DONE] or without a finish_reason, an abort
 *   passed off as an end), or silence
 */
export type Outcome = "ok" | "error" | "told" | "broken" | "hidden";

export const OUTCOMES: readonly Outcome[] = ["ok", "error", "told", "broken", "hidden"];

export function classify(received: Received): Outcome {
  if (received.status !== 200) return "error";
  return received.stream ? classifyStream(received) : classifyBody(received);
}

function classifyStream({ text, ending }: Received): Outcome {
  const { started, tokens, error, aborted, finished, done } = readStream(text);
  if (!started) return "error";
  if (error) return "told";
  // Every whole answer here has words. Some gateways pass an abort off as a stop.
  if (tokens === 0 && (aborted || done)) return "error";
  if (aborted) return "hidden";
  if (done) return finished ? "ok" : "hidden";
  return ending === "broken" ? "broken" : "hidden";
}

function classifyBody({ text, ending }: Received): Outcome {
  if (ending === "broken") return "broken";
  const answer = ending === "whole" ? parse(text) : null;
  if (answer === null) return "hidden";
  if (answer.error !== undefined && answer.error !== null) return "error";
  return answer.choices?.some(isWhole) === true ? "ok" : "error";
}

interface Choice {
  readonly message?: { readonly content?: string | null };
  readonly finish_reason?: string | null;
}

interface Answer {
  readonly error?: unknown;
  readonly choices?: readonly Choice[];
}

function isWhole({ message, finish_reason: reason }: Choice): boolean {
  return reason !== "abort" && (message?.content ?? "") !== "";
}

function parse(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
