import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Services } from "../main/services.ts";
import { Acceptor } from "./accept.ts";
import { gatewayApp, type Asked } from "./app.ts";
import {
  answerClientError,
  answerStopping,
  answerTooMany,
  answerUnreadable,
  MAX_HEADER_BYTES,
} from "./client-error.ts";
import { letStuckGo } from "./stuck.ts";
import { Upgrades } from "./upgrades.ts";

/** Longer than the idle time of the load balancers in front (60 s as a rule), so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/** Slower than this is no client but an attack, or a broken link. */
const HEADERS_MS = 30_000;
const REQUEST_MS = 300_000;

/** As nginx's send_timeout. */
const STUCK_MS = 60_000;

/** The gateway's HTTP server, with its limits. */
export function openServer(services: Services, asked: Asked): Server {
  const listener = getRequestListener(gatewayApp(services, asked).fetch, {
    // HTTP/1.0 knows no Host, and some load balancers look that way whether we live.
    hostname: "localhost",
    errorHandler: answerUnreadable,
  });
  const { turns } = new Acceptor(services, (incoming, outgoing) => void listener(incoming, outgoing));
  const upgrades = new Upgrades(services, turns);
  const server = createServer(
    {
      shouldUpgradeCallback: (incoming) => upgrades.isWanted(incoming),
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 5_000,
    },
    (incoming, outgoing) => turns.take(incoming, outgoing),
  );
  turns.follow(server);
  upgrades.follow(server);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    turns.refuse(socket, () => answerClientError(error, socket)),
  );
  letStuckGo(server, STUCK_MS, (socket) => turns.isAtWork(socket));
  limitConnections(server, services);
  return server;
}

/** Above the limit a connection gets a clear answer and ends: memory and descriptors are for those that are served. */
function limitConnections(server: Server, { activity, state }: Services): void {
  server.on("connection", (socket: Socket) => {
    activity.connections += 1;
    socket.once("close", () => (activity.connections -= 1));
    if (activity.refusing) answerStopping(socket);
    else if (activity.connections > state.get().config.gateway.maxConnections) answerTooMany(socket);
  });
}
