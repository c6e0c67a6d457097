import http from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Place } from "./harness.ts";

/** One request as a backend had it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Recorder extends Place {
  readonly requests: readonly Recorded[];
}

/** What a recorder answers. */
export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Buffer;
}

/** A backend that keeps what it is asked, until the test ends. */
export async function recorder(reply: (request: Recorded) => Reply): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const pieces: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const request = { method, path: url, headers, body: Buffer.concat(pieces) };
      requests.push(request);
      const { status = 200, type = "application/json", body } = reply(request);
      outgoing.writeHead(status, { "content-type": type }).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}
