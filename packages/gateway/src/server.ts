import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { gatewayApp, type Scrape } from "./app.ts";
import { answerClientError, answerTooMany, answerUnreadable } from "./client-error.ts";
import type { Gateway } from "./gateway.ts";
import { ExpectedKey } from "./middleware/expected-key.ts";
import { forwardStraight } from "./straight.ts";

const MAX_HEADER_BYTES = 16 * 1024;

/** Longer than the idle time of the load balancers in front (60 s as a rule), so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/** Slower than this is no client but an attack, or a broken link. */
const HEADERS_MS = 30_000;
const REQUEST_MS = 300_000;

/** The gateway's own HTTP server, with its limits. */
export function openServer(gateway: Gateway, scrape: Scrape): Server {
  const expected = new ExpectedKey(gateway.view);
  const listener = getRequestListener(gatewayApp(gateway, { expected, scrape }).fetch, {
    // HTTP/1.0 knows no Host, and some load balancers look that way whether we live.
    hostname: "localhost",
    errorHandler: answerUnreadable,
  });
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 5_000,
    },
    (incoming, outgoing) => {
      gateway.answering += 1;
      outgoing.on("close", () => (gateway.answering -= 1));
      if (!forwardStraight(gateway, expected, { incoming, outgoing })) void listener(incoming, outgoing);
    },
  );
  server.on("clientError", answerClientError);
  limitConnections(server, () => gateway.view.get().config.gateway.maxConnections);
  return server;
}

/** Beyond the limit a connection gets a clear answer and ends: memory and descriptors are for those that are served. */
function limitConnections(server: Server, limit: () => number): void {
  let open = 0;
  server.on("connection", (socket: Socket) => {
    open += 1;
    socket.once("close", () => (open -= 1));
    if (open > limit()) answerTooMany(socket);
  });
}
