import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Config, Endpoint } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import { renderError, type ErrorReader } from "../errors/render.ts";
import { answerHeaders, type Way } from "./answer-headers.ts";

/** After these the rest of the request's body is not read: the connection cannot carry another request. */
const ENDS_CONNECTION: ReadonlySet<GatewayError["kind"]> = new Set([
  "body_too_large",
  "body_incomplete",
  "body_too_slow",
  "body_memory_full",
]);

/** Of a connection without a request nothing is known. */
export const NOBODY_KNOWN: ErrorReader = { compat: "none", dialect: "openai", requestId: null };

/** What was asked, and on which way it failed. */
interface Asked extends Way {
  readonly endpoint: Pick<Endpoint, "dialect">;
  readonly outgoing: ServerResponse;
  readonly state: { readonly config: Pick<Config, "compat"> };
}

/** Answers with an error, unless an answer has begun. Returns its status. */
export function sendError(ctx: Asked, failure: GatewayError): number {
  const { endpoint, outgoing, requestId, state } = ctx;
  const { compat } = state.config;
  const { status, headers, body } = renderError(failure, { compat, dialect: endpoint.dialect, requestId });
  if (outgoing.headersSent || outgoing.destroyed) return status;
  outgoing.writeHead(status, {
    ...answerHeaders(ctx),
    ...headers,
    "content-length": Buffer.byteLength(body),
    ...(ENDS_CONNECTION.has(failure.kind) ? { connection: "close" } : {}),
  });
  outgoing.end(body);
  return status;
}

/** For what Hono answers: it has to know of the answer, since to a HEAD it sends the head alone. */
export function errorResponse(failure: GatewayError, reader: ErrorReader): Response {
  const { status, headers, body } = renderError(failure, reader);
  return new Response(body, { status, headers });
}

/** For a connection without a response of Node's: it carries no request, or one for an upgrade. Says so, and ends it. */
export function endWithError(
  socket: Socket,
  failure: GatewayError,
  reader: ErrorReader = NOBODY_KNOWN,
): void {
  const { status, headers, body } = renderError(failure, reader);
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
