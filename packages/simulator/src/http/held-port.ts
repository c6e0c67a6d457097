import { once } from "node:events";
import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";

/**
 * A port that is bound and not listening, as vLLM's is from its first second until the model is loaded:
 * every connection is refused, and the system gives the port to nobody else by chance. A server that asks for
 * this very port still gets it (SO_REUSEADDR, nobody listening), as a second vLLM would.
 *
 * Node cannot bind without listening. An outgoing connection from that local port binds it just the same,
 * so one is kept open to a private listener on loopback.
 */
export interface HeldPort {
  release(): Promise<void>;
}

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** Undefined when the system does not let the port be held; then it is refused all the same, only not kept. */
export async function holdPort({ address, port }: Address): Promise<HeldPort | undefined> {
  const far: Socket[] = [];
  // The far end is reset on release; that error says nothing.
  const holder = createServer((socket) => far.push(socket.on("error", () => {})));
  const loopback = isIPv6(address) ? "::1" : "127.0.0.1";
  holder.listen(0, loopback);
  await once(holder, "listening");
  const { port: holderPort } = addressOf(holder);
  const near = connect({ host: loopback, port: holderPort, localAddress: address, localPort: port });
  try {
    await once(near, "connect");
  } catch {
    holder.close();
    return undefined;
  }
  near.on("error", () => {});
  return { release: () => release(near, holder, far) };
}

async function release(near: Socket, holder: Server, far: Socket[]): Promise<void> {
  if (!near.closed) {
    const closed = once(near, "close");
    // Unlike an orderly close, a reset leaves no TIME_WAIT on the port.
    near.resetAndDestroy();
    await closed;
  }
  for (const socket of far) socket.destroy();
  holder.close();
}

/** Where a server listens: the address itself, when it was asked to listen on a name. */
export function addressOf(server: Server): Address {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the server does not listen on a port");
  return address;
}
