import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { GatewayError } from "../errors/gateway-error.ts";
import { renderError } from "../errors/render.ts";

/** After these the rest of the request's body is not read: the connection cannot carry another request. */
const ENDS_CONNECTION: ReadonlySet<GatewayError["kind"]> = new Set([
  "body_too_large",
  "body_incomplete",
  "body_too_slow",
  "body_memory_full",
]);

/** Answers with an error, unless an answer has begun. Returns its status. */
export function sendError(outgoing: ServerResponse, failure: GatewayError, requestId: string): number {
  const { status, headers, body } = renderError(failure, requestId);
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
export function errorResponse(failure: GatewayError, requestId: string | null): Response {
  const { status, headers, body } = renderError(failure, requestId);
  return new Response(body, { status, headers });
}

/** For a connection without a response of Node's: it carries no request, or one for an upgrade. Says so, and ends it. */
export function endWithError(socket: Socket, failure: GatewayError, requestId: string | null = null): void {
  const { status, headers, body } = renderError(failure, requestId);
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
