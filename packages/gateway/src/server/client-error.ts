import type { Socket } from "node:net";
import { RequestError } from "@hono/node-server";
import type { GatewayError } from "../errors/gateway-error.ts";
import { endWithError, errorResponse, NOBODY_KNOWN } from "./send-error.ts";

/** Beyond this a request is refused before it is read. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** What Node's parser calls it → what it is. Everything else is no HTTP. */
const FAULTS: ReadonlyMap<string | undefined, GatewayError> = new Map([
  ["HPE_HEADER_OVERFLOW", { kind: "headers_too_large", limit: MAX_HEADER_BYTES }],
  ["ERR_HTTP_REQUEST_TIMEOUT", { kind: "request_timeout" }],
]);

/** Requests that Node cannot parse never reach the app. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  endWithError(socket, FAULTS.get(error.code) ?? { kind: "bad_http" });
}

/** Nor do those whose target and Host make no URL. */
export function answerUnreadable(error: unknown): Response {
  return errorResponse({ kind: error instanceof RequestError ? "bad_http" : "internal" }, NOBODY_KNOWN);
}

/** The port is another's to close: until it is, whoever comes is told at once. */
export function answerStopping(socket: Socket): void {
  endWithError(socket, { kind: "gateway_stopping" });
  socket.destroySoon();
}

/** Above the limit a connection is told so at once, whatever was to be asked. */
export function answerTooMany(socket: Socket): void {
  endWithError(socket, { kind: "too_many_connections" });
  socket.destroySoon();
}
