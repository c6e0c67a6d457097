import type { GatewayError } from "./gateway-error.ts";
import { toOpenAi } from "./to-openai.ts";

/** An error as bytes on the wire. */
export interface RenderedError {
  readonly status: number;
  /** With `content-type`, without framing. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The only place where a failure becomes an answer. `requestId` is null where there is no request yet. */
export function renderError(failure: GatewayError, requestId: string | null): RenderedError {
  const { status, headers, error } = toOpenAi(failure);
  return {
    status,
    headers: {
      ...headers,
      "content-type": "application/json",
      ...(requestId === null ? {} : { "x-request-id": requestId }),
    },
    body: JSON.stringify({ error }),
  };
}

/** The same within a stream that has begun: one server-sent event, with its name where all of the stream have one. */
export function renderErrorEvent(failure: GatewayError, { named }: { readonly named: boolean }): string {
  const { error } = toOpenAi(failure);
  return named
    ? `event: error\ndata: ${JSON.stringify({ type: "error", error })}\n\n`
    : `data: ${JSON.stringify({ error })}\n\n`;
}

/** The same on a WebSocket of the realtime API: one event, as OpenAI's servers send it. */
export function renderRealtimeEvent(failure: GatewayError): string {
  return JSON.stringify({ type: "error", error: toOpenAi(failure).error });
}
