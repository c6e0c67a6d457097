import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** With more than this behind it nothing is read: then that the client leaves is seen when its answer is written. */
const MOST_WAITING = 8;

/** What one connection has at work, and what came behind it. */
interface Line {
  atWork: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse } | null;
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
      const line: Line = { atWork: null, waiting: [] };
      this.#lines.set(socket, line);
      // Node reads on for a body that it hands out, though there is more in front of it.
      socket.on("resume", () => {
        if (line.waiting.length > MOST_WAITING) socket.pause();
      });
    });
  }

  /** Serves the request now, or when those before it are over: `over` has to be called for each. */
  take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.#queue(incoming.socket, (line) => {
      line.atWork = { incoming, outgoing };
      this.#serve(incoming, outgoing);
    });
  }

  /** What follows is no request: says so once those before it are over, or at once where it is the body of one. */
  refuse(socket: Socket, answer: () => void): void {
    const atWork = this.#lines.get(socket)?.atWork ?? null;
    if (atWork === null || atWork.incoming.complete) this.#queue(socket, answer);
    // An answer that has begun is not broken into.
    else if (atWork.outgoing.headersSent) socket.destroy();
    else answer();
  }

  /** The connection's request was answered, or the connection is gone. */
  over(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.atWork = null;
    // The answer may have been the last one of the connection.
    if (!socket.writable) line.waiting.length = 0;
    const next = line.waiting.shift();
    if (line.waiting.length === MOST_WAITING) socket.resume();
    next?.();
  }

  isAtWork(socket: Socket): boolean {
    return (this.#lines.get(socket)?.atWork ?? null) !== null;
  }

  #queue(socket: Socket, turn: (line: Line) => void): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    if (line.atWork === null && line.waiting.length === 0) {
      turn(line);
      return;
    }
    line.waiting.push(() => turn(line));
    if (line.waiting.length > MOST_WAITING) socket.pause();
  }
}
