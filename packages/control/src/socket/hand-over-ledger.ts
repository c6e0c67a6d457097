import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { acceptOverSocket, isForLedger, type AcceptsHolders } from "@rollcall/ledger";
import type { ControlToken } from "./control-token.ts";

interface Upgradable {
  on(event: "upgrade", listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown;
}

const REFUSED = "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const UNKNOWN = "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/** Connects holders of the control token with the ledger. */
export function handOverLedger(
  server: Upgradable,
  { ledger, token }: { readonly ledger: AcceptsHolders; readonly token: Pick<ControlToken, "refusal"> },
): void {
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    if (!isForLedger(request)) socket.end(UNKNOWN);
    else if (token.refusal(request.headers) !== null) socket.end(REFUSED);
    else acceptOverSocket(ledger, socket, head);
  });
}
