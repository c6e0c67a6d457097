import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Somebody at the other end of a connection, gone when the test ends. */
export interface Peer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Every connection that came, in order. */
  readonly sockets: readonly Socket[];
}

/** A peer that does with each connection what it is told: bytes, silence, a reset. */
export function tcpPeer(onConnection: (socket: Socket) => void): Promise<Peer> {
  return listening(
    createTcp((socket) => {
      onConnection(socket);
      // Who does not read does not see the other end leave.
      socket.resume();
    }),
  );
}

/** A peer that does so once it was asked something. */
export function answeringPeer(answer: (socket: Socket) => void): Promise<Peer> {
  return tcpPeer((socket) => socket.once("data", () => answer(socket)));
}

export interface HttpPeer extends Peer {
  readonly requests: readonly IncomingMessage[];
}

export async function httpPeer(handler: RequestListener): Promise<HttpPeer> {
  const requests: IncomingMessage[] = [];
  const server = createHttp((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  return { ...(await listening(server)), requests };
}

export async function listening(server: Server): Promise<Peer> {
  const sockets: Socket[] = [];
  server.on("connection", (socket) => {
    // What a client leaves behind when it gives up is no news.
    sockets.push(socket.on("error", () => {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, sockets };
}

/** Resolves once this connection is over, however it ends. */
export async function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error("nobody connected");
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
}
