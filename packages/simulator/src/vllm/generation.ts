import type { FaultName } from "../faults/catalogue.ts";
import { hash } from "../random.ts";
import { tokenAt } from "./answer-text.ts";
import type { Call } from "./call.ts";
import type { FinishReason, Run } from "./engine.ts";
import type { InferenceRequest } from "./inference-request.ts";
import { structuredAnswer } from "./structured-answer.ts";
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

export interface Asked extends InferenceRequest {
  /** Whether the answer may be a call of a tool. */
  readonly callsTools: boolean;
}

export function generate(call: Call, request: Asked, run: Run): Generation {
  run.prefilled(request.prompt.tokens);
  const choices = request.n;
  const garbage = call.fault?.name === "garbage";
  if (call.fault !== undefined && ABORTED.has(call.fault.name)) {
    return { run, choices, length: 0, reason: "abort", token: () => "" };
  }
  const planned = request.callsTools ? plannedCall(request.body) : undefined;
  if (planned !== undefined) return { run, choices, ...callOf(planned, lengthOf(call, request)) };
  const structured = structuredAnswer(request.body);
  if (structured !== undefined) return { run, choices, ...fitted(structured, lengthOf(call, request)) };
  const seed = call.backend.settings.seed ^ hash(request.prompt.text);
  const token = (choice: number, index: number): string => {
    return garbage ? "!" : tokenAt(seed ^ Math.imul(choice, 0x9e3779b1), index);
  };
  const limit = lengthOf(call, request);
  const natural = call.backend.settings.answerTokens ?? request.maxTokens ?? NATURAL_LENGTH;
  const length = Math.min(limit, natural);
  const isOwnEnd = request.maxTokens === undefined || natural < request.maxTokens;
  const stops = isOwnEnd && limit >= natural;
  return { run, choices, length, reason: stops ? "stop" : "length", token };
}

/** What there is room for: as much as was asked for, and never more than the context holds. */
function lengthOf({ backend }: Call, { prompt, maxTokens }: InferenceRequest): number {
  const room = Math.max(1, backend.settings.maxModelLen - prompt.tokens);
  return Math.min(maxTokens ?? room, room);
}

/** Cut short, it is no whole JSON. */
function fitted(tokens: readonly string[], room: number): Pick<Generation, "length" | "reason" | "token"> {
  const token = (_choice: number, index: number): string => tokens[index] ?? "";
  return tokens.length > room
    ? { length: room, reason: "length", token }
    : { length: tokens.length, reason: "stop", token };
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
