import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { GatewayError } from "../errors/gateway-error.ts";
import { renderError, type ErrorReader } from "../errors/render.ts";

/** After these the rest of the request's body is not read: the connection cannot carry another request. */
const ENDS_CONNECTION: ReadonlySet<GatewayError["kind"]> = new Set([
  "body_too_large",
  "body_incomplete",
  "body_too_slow",
  "body_memory_full",
]);

/** Of a connection without a request nothing is known. */
export const NOBODY_KNOWN: ErrorReader = { dialect: "openai", requestId: null };

/** Answers with an error, unless an answer has begun. Returns its status. */
export function sendError(outgoing: ServerResponse, failure: GatewayError, reader: ErrorReader): number {
  const { status, headers, body } = renderError(failure, reader);
  if (outgoing.headersSent || outgoing.destroyed) return status;
  outgoing.writeHead(status, {
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

/** For a connection on which there is no request to answer: says so, and ends it. */
export function endWithError(socket: Socket, failure: GatewayError): void {
  const { status, headers, body } = renderError(failure, NOBODY_KNOWN);
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
