/** An answer that is known whole before it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Without what a middleware adds to the answers of routes: it was refused before. */
  readonly bare?: boolean;
}

export function json(status: number, body: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Starlette's empty Response: no content type. */
export function empty(status: number): Answer {
  return { status, headers: {}, body: "" };
}
