import { createInterface } from "node:readline";
import type { Socket } from "node:net";
import type { Held } from "./held.ts";

/** From a newer generation. Whoever has a copy of the same listening socket was given it, and is the next generation. */
export type ToOlder = {
  readonly kind: "take";
  /** Inodes of its listening sockets. */
  readonly sockets: readonly number[];
  /** Where it takes late requests. */
  readonly door: string;
};

/** From an older generation: at once, whenever it holds less, and until it is gone. */
export type ToNewer =
  | { readonly kind: "held"; readonly held: Held }
  /** It listens elsewhere. */
  | { readonly kind: "another"; readonly pid: number };

export function send(socket: Socket, message: ToOlder | ToNewer): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back with each message; what is none ends the connection. */
export function receive(socket: Socket, onMessage: (message: ToOlder | ToNewer) => void): void {
  const lines = createInterface({ input: socket });
  // It hands on what goes wrong with the socket, whose owner hears of it.
  lines.on("error", () => {});
  lines.on("line", (line) => {
    try {
      onMessage(JSON.parse(line) as ToOlder | ToNewer);
    } catch {
      socket.destroy();
    }
  });
}
