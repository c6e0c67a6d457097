import type { VllmError } from "./error-body.ts";

/** Thrown by a route to answer with an error; the server writes it in the current generation of bodies. */
export class Refusal extends Error {
  readonly error: VllmError;

  constructor(error: VllmError) {
    super(error.message);
    this.error = error;
  }
}
