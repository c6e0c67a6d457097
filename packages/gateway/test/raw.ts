import net from "node:net";

/** What came back on a connection, as it stood on the wire. */
export interface RawAnswer {
  /** 0 where nothing came back. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const PATIENCE_MS = 5_000;

/** Writes bytes on a connection of its own, and reads until the server closes it. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    let text = "";
    const impatience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection was not closed; so far came: ${text}`));
    }, PATIENCE_MS);
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    // A server that has answered need not read on: what it did not read may come back as a reset.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(impatience);
      resolve(readAnswer(text));
    });
    socket.write(bytes);
  });
}

export function readAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: end === -1 ? "" : text.slice(end + 4),
  };
}

/** A request as text, on a connection that is closed after it. */
export function rawRequest(
  start: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = "",
): Buffer {
  const lines = Object.entries({ host: "gateway", connection: "close", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`${start}\r\n${lines.join("")}\r\n`), Buffer.from(body)]);
}
