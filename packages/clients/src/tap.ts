import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** One request as it went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Without its parameters. */
  readonly type: string;
  readonly text: string;
  /** Whether the answer arrived to its end. */
  readonly whole: boolean;
}

/** Stands between the clients and the gateway, passes everything on and keeps what was answered. */
export class Tap {
  readonly #gateway: URL;
  readonly #server = createServer((from, to) => this.#pass(from, to));
  #kept: Exchange[] = [];

  constructor(gateway: string) {
    this.#gateway = new URL(gateway);
    this.#server.on("upgrade", (from: IncomingMessage, client: Duplex, head: Buffer) =>
      this.#upgrade(from, client, head),
    );
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What came since it was last asked. */
  take(): readonly Exchange[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(from: IncomingMessage, to: ServerResponse): void {
    const { method = "", url = "", rawHeaders } = from;
    const { hostname, port } = this.#gateway;
    const sent = request({ host: hostname, port, method, path: url, headers: rawHeaders }, (answer) => {
      const { statusCode: status = 0, statusMessage } = answer;
      const chunks: Buffer[] = [];
      to.writeHead(status, statusMessage, answer.rawHeaders);
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.pipe(to);
      answer.once("close", () => {
        if (!answer.complete) to.destroy();
        const type = answer.headers["content-type"]?.split(";", 1)[0] ?? "";
        const text = Buffer.concat(chunks).toString();
        this.#kept.push({ method, path: url, status, type, text, whole: answer.complete });
      });
    });
    sent.on("error", () => to.destroy());
    to.once("close", () => sent.destroy());
    from.pipe(sent);
  }

  #upgrade({ method = "", url = "", rawHeaders }: IncomingMessage, client: Duplex, head: Buffer): void {
    const gateway: Socket = connect(Number(this.#gateway.port), this.#gateway.hostname);
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ""}`] : [],
    );
    gateway.write(`${[`${method} ${url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
    gateway.write(head);
    const chunks: Buffer[] = [];
    gateway.on("data", (chunk: Buffer) => chunks.push(chunk));
    gateway.once("close", () => {
      // Frames of a server are not masked: text is text.
      const text = Buffer.concat(chunks).toString();
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
      this.#kept.push({ method, path: url, status, type: "websocket", text, whole: true });
    });
    gateway.pipe(client).pipe(gateway);
    for (const [one, other] of [
      [gateway, client],
      [client, gateway],
    ] as const) {
      one.on("error", () => other.destroy());
      one.once("close", () => other.destroy());
    }
  }
}
