import { json, type Answer } from "./answer.ts";

/**
 * Three generations of error bodies: "flat" is vLLM ≤ 0.10.0, "nested" is ≥ 0.10.1,
 * "rust" is vLLM's opt-in Rust frontend, whose code is a string.
 */
export type ErrorBodies = "nested" | "flat" | "rust";

export const ERROR_BODIES: readonly ErrorBodies[] = ["nested", "flat", "rust"];

export interface VllmError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** vLLM ≥ 0.14 names the parameter at fault. */
  readonly param?: string;
  /** Fields that only some kinds add. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export const ENGINE_DEAD: VllmError = {
  status: 500,
  type: "InternalServerError",
  message: "EngineCore encountered an issue. See stack trace (above) for the root cause.",
};

/** What the API server says once its engine was shut down under it. */
export const SHUT_DOWN: VllmError = {
  status: 500,
  type: "InternalServerError",
  message: "cannot schedule new futures after shutdown",
};

/** `type: "detail"` = an error of FastAPI's own, which has no object. */
export function errorAnswer(error: VllmError, bodies: ErrorBodies): Answer {
  if (error.type === "detail") return json(error.status, { detail: error.message });
  return json(error.status, errorBody(error, bodies));
}

export function errorBody(error: VllmError, bodies: ErrorBodies): object {
  const { message, type, status: code, param = null } = error;
  if (bodies === "flat") return { object: "error", message, type, param: null, code };
  if (bodies === "rust") return { error: { message, type: rustType(code), param, code: rustCode(code) } };
  return { error: { message, type, param, code } };
}

/** The data of an SSE event. vLLM ≤ 0.10.0 wraps its flat object, and calls every error in a stream a 400. */
export function errorEvent(error: VllmError, bodies: ErrorBodies): object {
  if (bodies !== "flat") return errorBody(error, bodies);
  return { error: errorBody({ ...error, type: "BadRequestError", status: 400 }, "flat") };
}

function rustType(status: number): string {
  return status < 500 ? "invalid_request_error" : "server_error";
}

// Only model_not_found is known from the Rust frontend; the other two keep its shape.
function rustCode(status: number): string {
  if (status === 404) return "model_not_found";
  return status < 500 ? "invalid_request" : "internal_error";
}
