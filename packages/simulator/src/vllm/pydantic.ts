import type { VllmError } from "./error-body.ts";
import { pythonRepr } from "./python-repr.ts";

/** One complaint of pydantic, as vLLM ≥ 0.30 prints it: a path for a place, and long inputs only named. */
export interface Complaint {
  readonly type: string;
  /** "body.messages" */
  readonly loc: string;
  readonly msg: string;
  readonly input: unknown;
  /** Printed as it is. */
  readonly ctx?: string;
}

/** Malformed requests are 400 in vLLM, never 422, and their type has a space. */
export function badRequest(message: string, param?: string): VllmError {
  return { status: 400, type: "Bad Request", message, ...(param !== undefined && { param }) };
}

export function validationError({ type, loc, msg, input, ctx }: Complaint): VllmError {
  const shown = pythonRepr(shortened(input));
  const context = ctx === undefined ? "" : `, 'ctx': ${ctx}`;
  const line = `{'type': '${type}', 'loc': '${loc}', 'msg': '${msg}', 'input': ${shown}${context}}`;
  return badRequest(`1 validation error:\n  ${line}`, loc);
}

/** vLLM does not print what it was sent, only how much of it there is. */
function shortened(input: unknown): unknown {
  if (Array.isArray(input)) return `<list of ${input.length} items>`;
  // What is no text is shown as one.
  if (typeof input !== "object" || input === null)
    return typeof input === "string" ? input : pythonRepr(input);
  return `<dict of ${Object.keys(input).length} items>`;
}
