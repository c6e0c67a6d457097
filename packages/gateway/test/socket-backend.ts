import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import type { Place } from "./harness.ts";

/** One message as a backend received it. */
export interface Received {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

export interface SocketBackend extends Place {
  /** The upgrades that came, accepted or not. */
  readonly upgrades: readonly IncomingMessage[];
  readonly received: readonly Received[];
  /** The latest connection. */
  readonly socket: WebSocket;
  /** How connections were closed by the other side, in order. */
  readonly closes: readonly { code: number; reason: string }[];
}

export interface SocketBackendOptions {
  /** What it does with each connection. */
  readonly talk?: (socket: WebSocket) => void;
  /** Instead of accepting. */
  readonly refuse?: (socket: Duplex) => void;
}

/** A backend whose side of a WebSocket the test plays. */
export async function socketBackend({ talk, refuse }: SocketBackendOptions = {}): Promise<SocketBackend> {
  const upgrades: IncomingMessage[] = [];
  const received: Received[] = [];
  const closes: { code: number; reason: string }[] = [];
  const sockets: WebSocket[] = [];
  const acceptor = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrades.push(request);
    if (refuse !== undefined) {
      refuse(socket);
      return;
    }
    acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.push(webSocket);
      webSocket.on("message", (data: Buffer, isBinary) => received.push({ data, isBinary }));
      webSocket.on("close", (code, reason) => closes.push({ code, reason: reason.toString("utf8") }));
      webSocket.on("error", () => {});
      talk?.(webSocket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades,
    received,
    closes,
    get socket() {
      const latest = sockets.at(-1);
      if (latest === undefined) throw new Error("nobody has connected");
      return latest;
    },
  };
}
