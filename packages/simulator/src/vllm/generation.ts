import { hash } from "../random.ts";
import { tokenAt } from "./answer-text.ts";
import type { Call } from "./call.ts";
import type { FinishReason, Run } from "./engine.ts";
import type { InferenceRequest } from "./inference-request.ts";

/** How long an answer is when the client does not say. */
const NATURAL_LENGTH = 12;

/** One answer that the engine makes token by token. */
export interface Generation {
  readonly run: Run;
  readonly length: number;
  readonly reason: FinishReason;
  token(index: number): string;
}

export function generate(call: Call, request: InferenceRequest, run: Run): Generation {
  const { seed, maxModelLen } = call.backend.settings;
  const room = Math.max(1, maxModelLen - request.prompt.tokens);
  const length = request.maxTokens ?? Math.min(NATURAL_LENGTH, room);
  const answerSeed = seed ^ hash(request.prompt.text);
  run.prefilled(request.prompt.tokens);
  const garbage = call.fault?.name === "garbage";
  const token = (index: number): string => (garbage ? "!" : tokenAt(answerSeed, index));
  if (aborted(call)) return { run, length: 0, reason: "abort", token };
  return { run, length, reason: request.maxTokens === undefined ? "stop" : "length", token };
}

/** A draining server also ends what is under way. */
export function drainsNow({ backend }: Call): boolean {
  return backend.faults.current?.name === "draining";
}

function aborted({ fault }: Call): boolean {
  return fault?.name === "abort" || fault?.name === "draining";
}
