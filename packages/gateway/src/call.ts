import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { GatewayError } from "./errors/gateway-error.ts";
import { toOpenAi } from "./errors/to-openai.ts";

/** Hono's environment here: the sockets underneath, and the id given to the request. */
export interface GatewayEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}

/** One request as it came in. */
export interface Call {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  /** Monotonic milliseconds at its head. */
  readonly startedAt: number;
}

/** Answers with an error in OpenAI's shape, straight to the socket. Returns the status. */
export function refuse(
  { outgoing, requestId }: Pick<Call, "outgoing" | "requestId">,
  failure: GatewayError,
): number {
  const { status, headers, body } = printError(failure, requestId);
  if (outgoing.headersSent || outgoing.destroyed) return status;
  outgoing.writeHead(status, {
    ...headers,
    "content-length": Buffer.byteLength(body),
    // What is left of a refused body is not read: the connection cannot be used again.
    ...(failure.kind === "body_too_large" || failure.kind === "body_incomplete"
      ? { connection: "close" }
      : {}),
  });
  outgoing.end(body);
  return status;
}

/** The same for what Hono answers: it has to know of the answer, since to a HEAD it sends the head alone. */
export function refusal(failure: GatewayError, requestId: string): Response {
  const { status, headers, body } = printError(failure, requestId);
  return new Response(body, { status, headers });
}

function printError(failure: GatewayError, requestId: string) {
  const { status, headers, error } = toOpenAi(failure);
  return {
    status,
    headers: { ...headers, "content-type": "application/json", "x-request-id": requestId },
    body: JSON.stringify({ error }),
  };
}
