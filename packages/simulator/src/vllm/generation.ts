import type { FaultName } from "../faults/catalogue.ts";
import { hash } from "../random.ts";
import { tokenAt } from "./answer-text.ts";
import type { Call } from "./call.ts";
import type { FinishReason, Run } from "./engine.ts";
import type { InferenceRequest } from "./inference-request.ts";
import { type PlannedCall, plannedCall, rawCall } from "./tool-call.ts";

/** How long an answer is when the client does not say. */
const NATURAL_LENGTH = 12;

/** Faults under which a request ends aborted before its first token. */
const ABORTED: ReadonlySet<FaultName> = new Set(["abort", "draining", "abort-queued"]);

/** One answer that the engine makes token by token; all its choices have the same length. */
export interface Generation {
  readonly run: Run;
  readonly choices: number;
  readonly length: number;
  readonly reason: FinishReason;
  /** Set where the answer is a call. */
  readonly tool?: { readonly name: string };
  readonly token: (choice: number, index: number) => string;
}

export function generate(call: Call, request: InferenceRequest, run: Run): Generation {
  run.prefilled(request.prompt.tokens);
  const choices = request.n;
  const garbage = call.fault?.name === "garbage";
  if (call.fault !== undefined && ABORTED.has(call.fault.name)) {
    return { run, choices, length: 0, reason: "abort", token: () => "" };
  }
  const planned = plannedCall(request.body);
  if (planned !== undefined) return { run, choices, ...callOf(planned, lengthOf(call, request)) };
  const seed = call.backend.settings.seed ^ hash(request.prompt.text);
  const token = (choice: number, index: number): string => {
    return garbage ? "!" : tokenAt(seed ^ Math.imul(choice, 0x9e3779b1), index);
  };
  const limit = lengthOf(call, request);
  const length = Math.min(limit, request.maxTokens ?? NATURAL_LENGTH);
  const stops = request.maxTokens === undefined && limit >= NATURAL_LENGTH;
  return { run, choices, length, reason: stops ? "stop" : "length", token };
}

/** What there is room for: as much as was asked for, and never more than the context holds. */
function lengthOf({ backend }: Call, { prompt, maxTokens }: InferenceRequest): number {
  const room = Math.max(1, backend.settings.maxModelLen - prompt.tokens);
  return Math.min(maxTokens ?? room, room);
}

/** A call that does not fit is text: what the model wrote so far. */
function callOf(
  planned: PlannedCall,
  room: number,
): Pick<Generation, "length" | "reason" | "token" | "tool"> {
  const raw = rawCall(planned);
  if (raw.length > room)
    return { length: room, reason: "length", token: (_choice, index) => raw[index] ?? "" };
  const { name, pieces } = planned;
  const token = (_choice: number, index: number): string => pieces[index - 1] ?? "";
  return { length: pieces.length + 1, reason: "stop", tool: { name }, token };
}
