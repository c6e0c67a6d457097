import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";

/** The next generation opens its door in the moment after it has taken over. */
const TRIES = 200;
const BETWEEN_MS = 10;

/** Of one hop, and so not passed on (RFC 9110, section 7.6.1). */
const OF_ONE_HOP = new Set(["connection", "expect", "keep-alive", "proxy-connection", "transfer-encoding"]);

/**
 * Passes a request that came on a connection of this generation on to the next one, and its answer back. It is the
 * connection's last: the client comes back by another one.
 */
export function relayLate(incoming: IncomingMessage, outgoing: ServerResponse, door: string): void {
  reach(door, TRIES, (socket) => {
    if (outgoing.destroyed) socket?.destroy();
    else if (socket === null) refuse(outgoing);
    else exchange(incoming, outgoing, socket);
  });
}

function exchange(incoming: IncomingMessage, outgoing: ServerResponse, socket: Socket): void {
  const headers = ["connection", "close", ...passedOn(incoming.rawHeaders)];
  // What came in chunks goes in chunks; Node then makes them anew.
  if (incoming.headers["transfer-encoding"] !== undefined) headers.push("transfer-encoding", "chunked");
  const { method, url: path } = incoming;
  const asking = request({ createConnection: () => socket, method, path, headers });
  asking.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
      ...passedOn(answer.rawHeaders),
      "connection",
      "close",
    ]);
    answer.on("error", () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  asking.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else refuse(outgoing);
  });
  outgoing.once("close", () => asking.destroy());
  incoming.pipe(asking);
}

function passedOn(raw: readonly string[]): string[] {
  const passed: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!OF_ONE_HOP.has(name.toLowerCase())) passed.push(name, raw[index + 1] ?? "");
  }
  return passed;
}

/** The next generation is gone: whoever asks again finds the one after it. */
function refuse(outgoing: ServerResponse): void {
  if (!outgoing.destroyed) outgoing.writeHead(503, { connection: "close", "retry-after": "1" }).end();
}

function reach(door: string, tries: number, done: (socket: Socket | null) => void): void {
  const socket = connect(door);
  const failed = () => {
    if (tries === 0) done(null);
    else setTimeout(() => reach(door, tries - 1, done), BETWEEN_MS);
  };
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.off("error", failed);
    done(socket);
  });
}
