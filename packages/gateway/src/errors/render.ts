import type { Config, Dialect } from "@rollcall/contract";
import { DIALECTS } from "./dialects.ts";
import type { GatewayError } from "./gateway-error.ts";
import { asLiteLlm } from "./litellm-compat.ts";
import { toOpenAi } from "./to-openai.ts";

/** An error as bytes on the wire. */
export interface RenderedError {
  readonly status: number;
  /** With `content-type`, without framing. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whom an error is told. */
export interface ErrorReader {
  readonly dialect: Dialect;
  /** Null where there is no request yet. */
  readonly requestId: string | null;
  readonly compat: Config["compat"];
}

/** The only place where a failure becomes an answer. */
export function renderError(
  failure: GatewayError,
  { compat, dialect, requestId }: ErrorReader,
): RenderedError {
  const ours = toOpenAi(failure);
  const answer = compat === "litellm" && dialect === "openai" ? asLiteLlm(failure, ours) : ours;
  const told = DIALECTS[dialect];
  return {
    status: answer.status,
    headers: {
      ...answer.headers,
      "content-type": "application/json",
      ...(requestId === null ? {} : { "x-request-id": requestId }),
      ...(requestId === null || told.idHeader === null ? {} : { [told.idHeader]: requestId }),
    },
    body: JSON.stringify(told.body(answer, requestId)),
  };
}

/** How a stream tells an error: with an `event:` line where all of its events have one. */
export interface EventReader {
  readonly dialect: Dialect;
  readonly named: boolean;
}

/** The same within a stream that has begun: one server-sent event. */
export function renderErrorEvent(failure: GatewayError, { dialect, named }: EventReader): string {
  const data = DIALECTS[dialect].event(toOpenAi(failure), named);
  return named ? `event: error\ndata: ${JSON.stringify(data)}\n\n` : `data: ${JSON.stringify(data)}\n\n`;
}

/** The same on a WebSocket of the realtime API: one event, as OpenAI's servers send it. */
export function renderRealtimeEvent(failure: GatewayError): string {
  return JSON.stringify({ type: "error", error: toOpenAi(failure).error });
}
