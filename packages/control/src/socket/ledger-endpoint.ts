import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ControlToken } from "./control-token.ts";

/** Where holders connect to the ledger, and the protocol that they ask for with `Upgrade`. */
export const LEDGER_PATH = "/ledger";
export const LEDGER_PROTOCOL = "rollcall-ledger";

interface Upgradable {
  on(event: "upgrade", listener: (request: IncomingMessage, stream: Duplex, head: Buffer) => void): unknown;
}

export interface LedgerEndpointOptions {
  readonly token: Pick<ControlToken, "refusal">;
  /** Lets who is at the other end of the stream use the ledger. */
  readonly serve: (stream: Duplex) => void;
}

/** Hands over connections that ask for the ledger's protocol with the control token; all others are answered and closed. */
export function takeUpgrades(server: Upgradable, { token, serve }: LedgerEndpointOptions): void {
  server.on("upgrade", (request, stream, head) => {
    // A peer that resets its connection is no fault of ours.
    stream.on("error", () => stream.destroy());
    const refused = refusalOf(request, token);
    if (refused !== null) {
      stream.end(`HTTP/1.1 ${refused}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    stream.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${LEDGER_PROTOCOL}\r\n\r\n`,
    );
    if (head.length > 0) stream.unshift(head);
    serve(stream);
  });
}

function refusalOf(request: IncomingMessage, token: LedgerEndpointOptions["token"]): string | null {
  if (request.url !== LEDGER_PATH) return "404 Not Found";
  if (request.headers.upgrade?.toLowerCase() !== LEDGER_PROTOCOL) return "426 Upgrade Required";
  return token.refusal(request.headers) === null ? null : "401 Unauthorized";
}
