import type { VllmError } from "./error-body.ts";

/** Thrown by a route to answer with an error; the server writes it in the current generation of bodies. */
export class Refusal extends Error {
  readonly error: VllmError;

  constructor(error: VllmError) {
    super(error.message);
    this.error = error;
  }
}

/** Malformed requests are 400 in vLLM, never 422, and their type has a space. */
export function badRequest(message: string, param?: string): Refusal {
  return new Refusal({ status: 400, type: "Bad Request", message, ...(param !== undefined && { param }) });
}
