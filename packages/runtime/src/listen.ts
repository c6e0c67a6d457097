import type { AddressInfo } from "node:net";
import { StartError } from "./exit-codes.ts";

type Where =
  | { readonly fd: number }
  | { readonly port: number; readonly host: string; readonly reusePort: boolean };

interface Listener {
  listen(options: Where): unknown;
  once(event: "listening" | "error", callback: (error: Error) => void): unknown;
  off(event: "listening" | "error", callback: (error: Error) => void): unknown;
  address(): AddressInfo | string | null;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** The flag that changes the port, for the message where it is taken. */
  readonly flag: string;
  /** Other processes of this program listen there too: the kernel hands each connection to one of them (SO_REUSEPORT). */
  readonly shared?: boolean;
  /** A listening socket that is there already; then host and port are only for messages. */
  readonly socket?: number | undefined;
}

/** Listens, or throws StartError that says in words what stands in the way. Returns the port. */
export function listen(server: Listener, address: Address): Promise<number> {
  const { host, port, flag, shared = false, socket } = address;
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      reject(new StartError(describeError(error, { host, port, flag })));
    server.once("error", onError);
    server.once("listening", () => {
      server.off("error", onError);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
    server.listen(socket === undefined ? { port, host, reusePort: shared } : { fd: socket });
  });
}

function describeError(error: NodeJS.ErrnoException, { host, port, flag }: Address): string {
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another process: stop it, or choose another port with ${flag}`,
    EACCES: `port ${port} on ${host} needs privileges: choose one above 1023 with ${flag}`,
    ENOTSUP: "this system cannot share a port between processes: run with one worker",
    EADDRNOTAVAIL: `${host} is not an address of this machine: correct the host`,
  };
  return words[error.code ?? ""] ?? `cannot listen on ${host} port ${port}: ${error.code ?? error.message}`;
}

/** `http://127.0.0.1:4000`, with brackets where IPv6 needs them. */
export function printAddress(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
