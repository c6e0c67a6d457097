import type { Socket } from "node:net";
import { RequestError } from "@hono/node-server";

const NOT_VALID = "The request is not valid HTTP.";

/** Requests that are no HTTP never reach the app: answered here, in the same shape, with nothing of ours in it. */
export function answerClientError(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || fault.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, message] =
    fault.code === "HPE_HEADER_OVERFLOW"
      ? [
          "431 Request Header Fields Too Large",
          "The request's headers are larger than the limit of 16384 bytes.",
        ]
      : fault.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "The request did not arrive in time."]
        : ["400 Bad Request", NOT_VALID];
  const body = print(message);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Requests whose target and Host make no URL never reach the app either. */
export function answerUnreadable(fault: unknown): Response {
  if (!(fault instanceof RequestError)) return new Response(null, { status: 500 });
  return new Response(print(NOT_VALID), { status: 400, headers: { "content-type": "application/json" } });
}

function print(message: string): string {
  return JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: null } });
}

/** More connections than the gateway takes: said at once, whatever was to be asked. */
export function answerTooMany(socket: Socket): void {
  const body = JSON.stringify({
    error: {
      message: "The gateway has as many connections as it takes. Try again in a moment.",
      type: "rate_limit_error",
      param: null,
      code: "too_many_connections",
    },
  });
  const head = `HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nretry-after: 1\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
  socket.destroySoon();
}
