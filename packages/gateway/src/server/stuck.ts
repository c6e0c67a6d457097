import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Lets go of connections without progress for so long: those that wait for their client to read what was written, and
 * those that wait for a request. One whose answer is being worked on may be silent for longer. With or without a key.
 */
export function letStuckGo(server: Server, ms: number, isAtWork: (socket: Socket) => boolean): void {
  // Node counts it as progress where the kernel takes bytes, however few of a large write.
  server.setTimeout(ms, (socket: Socket) => {
    if (socket.writableLength > 0 || !isAtWork(socket)) socket.destroy();
  });
}
