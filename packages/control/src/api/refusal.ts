/** Why a request is not done: what becomes LiteLLM's error envelope. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 501 | 503;
  readonly message: string;
  /** LiteLLM's word where it has one. */
  readonly type: string;
  /** The field that is meant. */
  readonly param: string | null;
  readonly retryAfterSeconds?: number;
}

/** The envelope of every error: OpenAI's shape, with the status as `code`. */
export function printRefusal({ message, type, param, status }: Refusal): object {
  return { error: { message, type, param, code: String(status) } };
}

export function badRequest(message: string, param: string | null): Refusal {
  return { status: 400, message, type: "bad_request_error", param };
}

/** Clients tell by "not found" that a thing is gone, and take no other error for it. */
export function notFound(message: string, param: string | null = null): Refusal {
  return { status: 404, message, type: "not_found_error", param };
}

export function forbidden(message: string, param: string | null = null): Refusal {
  return { status: 403, message, type: "auth_error", param };
}

export function isRefusal(value: object): value is Refusal {
  return "status" in value && "message" in value && "param" in value;
}
