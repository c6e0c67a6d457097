import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/** With more than this on its way to a reader, its writer is not read. */
const HIGH_BYTES = 256 * 1024;

/** As nginx's send_timeout. */
const STUCK_MS = 60_000;

/** So many beats without a sound, and nobody is there. */
const MOST_SILENT = 2;

export interface Reader {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
}

/** One direction: as fast as its reader reads, and whether that one is there. */
export class Direction {
  readonly #writer: WebSocket;
  readonly #reader: Reader;
  /** Made once, not for each message. */
  readonly #onSent = () => this.#sent();
  /** Beats since the reader was last heard. */
  #silent = 0;

  constructor(writer: WebSocket, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
    const { socket, webSocket } = reader;
    const heard = () => (this.#silent = 0);
    webSocket.on("message", heard);
    webSocket.on("ping", heard);
    webSocket.on("pong", heard);
    // What the system takes of a large message counts as progress.
    socket.setTimeout(STUCK_MS);
    socket.on("timeout", () => {
      if (webSocket.bufferedAmount > 0) webSocket.terminate();
    });
  }

  send(data: Buffer, binary: boolean): void {
    const { webSocket } = this.#reader;
    webSocket.send(data, { binary }, this.#onSent);
    if (webSocket.bufferedAmount > HIGH_BYTES) this.#writer.pause();
  }

  beat(): void {
    const { webSocket } = this.#reader;
    // One that reads slowly hears a ping late, and of one that is not read no answer can be seen.
    if (webSocket.bufferedAmount > 0 || webSocket.isPaused) {
      this.#silent = 0;
    } else if (this.#silent >= MOST_SILENT) {
      webSocket.terminate();
    } else {
      this.#silent += 1;
      webSocket.ping();
    }
  }

  #sent(): void {
    if (this.#writer.isPaused && this.#reader.webSocket.bufferedAmount <= HIGH_BYTES) this.#writer.resume();
  }
}
