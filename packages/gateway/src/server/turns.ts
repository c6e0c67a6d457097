import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** With more than this behind it nothing is read: then that the client leaves is seen when its answer is written. */
const MOST_WAITING = 8;

/** What one connection has at work, and what came behind it. */
interface Line {
  incoming: IncomingMessage | null;
  outgoing: ServerResponse | null;
  readonly waiting: (() => void)[];
}

/**
 * One connection's requests are served one after another: Node would serve all that a client sends in a row at once, and
 * a limit of connections would limit nothing.
 */
export class Turns {
  readonly #serve: Serve;
  readonly #lines = new WeakMap<Socket, Line>();

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  follow(server: Server): void {
    server.on("connection", (socket: Socket) => {
      const line: Line = { incoming: null, outgoing: null, waiting: [] };
      this.#lines.set(socket, line);
      // Node reads on for a body that it hands out, though there is more in front of it.
      socket.on("resume", () => {
        if (line.waiting.length > MOST_WAITING) socket.pause();
      });
    });
  }

  /** Serves the request now, or when those before it are over: `over` has to be called for each. */
  take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const line = this.#lines.get(incoming.socket);
    if (line === undefined) return;
    if (isFree(line)) this.#begin(line, incoming, outgoing);
    else wait(incoming.socket, line, () => this.#begin(line, incoming, outgoing));
  }

  /** What follows is no request: says so once those before it are over, or at once where it is the body of one. */
  refuse(socket: Socket, answer: () => void): void {
    const line = this.#lines.get(socket);
    // An answer that has begun is not broken into.
    if (line?.incoming?.complete === false && line.outgoing?.headersSent === true) socket.destroy();
    else if (line === undefined || isFree(line) || line.incoming?.complete === false) answer();
    else wait(socket, line, answer);
  }

  /** The connection's request was answered, or the connection is gone. */
  over(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.incoming = null;
    line.outgoing = null;
    // The answer may have been the last one of the connection.
    if (!socket.writable) line.waiting.length = 0;
    const next = line.waiting.shift();
    if (line.waiting.length === MOST_WAITING) socket.resume();
    next?.();
  }

  isAtWork(socket: Socket): boolean {
    return (this.#lines.get(socket)?.incoming ?? null) !== null;
  }

  #begin(line: Line, incoming: IncomingMessage, outgoing: ServerResponse): void {
    line.incoming = incoming;
    line.outgoing = outgoing;
    this.#serve(incoming, outgoing);
  }
}

function isFree({ incoming, waiting }: Line): boolean {
  return incoming === null && waiting.length === 0;
}

function wait(socket: Socket, { waiting }: Line, turn: () => void): void {
  waiting.push(turn);
  if (waiting.length > MOST_WAITING) socket.pause();
}
