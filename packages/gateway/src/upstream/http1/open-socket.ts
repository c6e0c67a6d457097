import { connect, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

import type { TlsOptions } from "@rollcall/runtime";

/** Where connections of one origin go. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** As the `host` header has it: without the scheme's own port. */
  readonly authority: string;
  /** Authorities and certificates, where TLS is spoken in another way than by default. */
  readonly tlsOptions?: TlsOptions;
}

/** `http://host:8000`, `https://[::1]`. */
export function targetOf(origin: string): Target {
  const { protocol, hostname, port, host } = new URL(origin);
  const tls = protocol === "https:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (tls ? 443 : 80) : Number(port),
    tls,
    authority: host,
  };
}

/** One that is silent for so long is asked whether it lives. */
const PROBE_AFTER_MS = 60_000;

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS };

export interface Opened {
  readonly socket: Socket;
  /** The event that says that it is connected. */
  readonly connected: "connect" | "secureConnect";
}

/** The last TLS session of an origin: with it handshakes after the first are short. */
export interface TlsMemory {
  session?: Buffer;
}

/** Opens a socket that hands what it reads to `onread` and has no stream of its own to read from. */
export function openSocket(
  { host, port, tls, tlsOptions }: Target,
  onread: OnReadOpts,
  memory: TlsMemory,
): Opened {
  if (!tls) return { socket: connect({ host, port, onread, ...SOCKET_OPTIONS }), connected: "connect" };
  const servername = isIP(host) === 0 ? host : "";
  const options = {
    host,
    port,
    servername,
    ALPNProtocols: ["http/1.1"],
    ...SOCKET_OPTIONS,
    ...tlsOptions,
    ...memory,
  };
  // The types of Node's `tls.connect` leave out `onread`, which its documentation has.
  const socket = connectTls({ ...options, onread } as ConnectionOptions);
  socket.on("session", (session: Buffer) => (memory.session = session));
  return { socket, connected: "secureConnect" };
}
