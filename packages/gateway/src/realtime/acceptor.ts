import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import type { WebSocketLibrary } from "./library.ts";
import { readSubProtocols, SUB_PROTOCOL } from "./sub-protocols.ts";

/** An upgrade as Node hands it over. */
export interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the head. */
  readonly head: Buffer;
}

/** Answers 101. permessage-deflate is not offered: it costs memory for each connection, and audio does not shrink. */
export class Acceptor {
  readonly #server: WebSocketServer;
  #headers: readonly string[] = [];

  constructor({ WebSocketServer: Server }: WebSocketLibrary) {
    this.#server = new Server({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
    });
    this.#server.on("headers", (lines) => lines.push(...this.#headers));
  }

  /** Null where the app has left meanwhile. `headers`: lines without their breaks. */
  accept(
    { incoming, socket, head }: Upgrade,
    headers: readonly string[],
    maxBytes: number,
  ): WebSocket | null {
    let accepted: WebSocket | null = null;
    keepSubProtocol(incoming);
    this.#headers = headers;
    this.#server.options.maxPayload = maxBytes;
    // Calls back before it returns, for nothing is asked of anybody else.
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => (accepted = webSocket));
    return accepted;
  }
}

/** A key among them is nobody else's to read, and may be no token. */
function keepSubProtocol({ headers }: IncomingMessage): void {
  if (readSubProtocols(headers["sec-websocket-protocol"]).includes(SUB_PROTOCOL))
    headers["sec-websocket-protocol"] = SUB_PROTOCOL;
  else delete headers["sec-websocket-protocol"];
}

const KEY = /^[+/0-9A-Za-z]{22}==$/;

const VERSION = "13";

/** RFC 6455, section 4.2.1. A body has no place in front of frames. */
export function isHandshake({ headers }: IncomingMessage): boolean {
  const { "sec-websocket-key": key = "", "sec-websocket-version": version } = headers;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return KEY.test(key) && version === VERSION && !hasBody;
}
