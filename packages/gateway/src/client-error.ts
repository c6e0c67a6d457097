import type { Socket } from "node:net";

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
        : ["400 Bad Request", "The request is not valid HTTP."];
  const body = JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: null } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
