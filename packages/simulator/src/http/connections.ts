import type { Socket } from "node:net";

/** The open connections of one port, and which of them the server itself cut. */
export class Connections {
  #open = new Map<string, Socket>();
  #numbers = new WeakMap<Socket, number>();
  #cut = new WeakSet<Socket>();
  #accepted = 0;

  accept(socket: Socket): void {
    const far = farEnd(socket);
    this.#open.set(far, socket);
    this.#numbers.set(socket, this.#accepted);
    this.#accepted += 1;
    socket.once("close", () => {
      if (this.#open.get(far) === socket) this.#open.delete(far);
    });
  }

  /** The TCP connection that a request came in on, also where TLS is spoken above it. */
  under(socket: Socket): Socket {
    return this.#open.get(farEnd(socket)) ?? socket;
  }

  /** 0 for the first connection ever accepted. */
  numberOf(socket: Socket): number {
    return this.#numbers.get(socket) ?? 0;
  }

  wasCut(socket: Socket): boolean {
    return this.#cut.has(socket);
  }

  /** "reset" = RST; "end" = FIN after what was written; "destroy" = what the kernel does for a killed process. */
  cut(socket: Socket, how: "reset" | "end" | "destroy"): void {
    this.#cut.add(socket);
    if (how === "reset") socket.resetAndDestroy();
    else if (how === "end") socket.destroySoon();
    else socket.destroy();
  }

  cutAll(): void {
    for (const socket of this.#open.values()) this.cut(socket, "destroy");
  }
}

function farEnd({ remoteAddress = "", remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
