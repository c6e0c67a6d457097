import { joined } from "../transform/transform.ts";
import type { Downstream } from "./relay.ts";

const CR = 0x0d;
const LF = 0x0a;
const CRLF_BYTES = 2;
const LAST_CHUNK = "0\r\n\r\n";

type Outgoing = Pick<
  Downstream["outgoing"],
  "headersSent" | "writeHead" | "write" | "end" | "once" | "socket" | "chunkedEncoding"
> & {
  readonly useChunkedEncodingByDefault?: boolean;
};

/**
 * Writes a stream to the app, each piece as one chunk of HTTP/1.1 that is framed here: node:http makes four writes of one,
 * which is a tenth of what an event costs. The head and the first piece leave together through node:http; what follows
 * goes straight to the socket, which node:http would cork for each piece and come back to a tick later: another tenth.
 * HTTP/1.0 knows no chunks: there the end of the connection is the end of the answer.
 */
export class EventWriter {
  readonly #outgoing: Outgoing;
  #chunked = false;
  #headOut = false;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  /** Where a heartbeat has begun the stream, what is written here goes on with it. */
  begin(status: number, headers: Record<string, string>): void {
    const outgoing = this.#outgoing;
    this.#chunked = outgoing.useChunkedEncodingByDefault !== false;
    if (outgoing.headersSent) {
      this.#headOut = true;
      return;
    }
    if (this.#chunked) headers["transfer-encoding"] = "chunked";
    // nginx and caches in front of us would hold events back.
    headers["x-accel-buffering"] = "no";
    headers["cache-control"] = "no-cache";
    outgoing.writeHead(status, headers);
    // The head is made, and says it: what is written from here on goes out as it is.
    outgoing.chunkedEncoding = false;
  }

  /** False: the app reads slower than the backend writes. */
  write(parts: readonly Buffer[]): boolean {
    const size = sizeOf(parts);
    // An empty chunk would be the end.
    if (size === 0) return true;
    const framed = this.#frame(parts, size);
    const straight = this.#headOut ? this.#outgoing.socket : null;
    this.#headOut = true;
    return straight === null ? this.#outgoing.write(framed) : straight.write(framed);
  }

  /** Calls once there is room after a `write` that said false. */
  onceDrained(listener: () => void): void {
    // node:http hears of it too late where it did not write itself; with a request before this one there is no socket yet.
    (this.#outgoing.socket ?? this.#outgoing).once("drain", listener);
  }

  end(parts: readonly Buffer[]): void {
    this.write(parts);
    this.#outgoing.end(this.#chunked ? LAST_CHUNK : undefined);
  }

  /** One buffer of all, so that it is one write. */
  #frame(parts: readonly Buffer[], size: number): Buffer {
    if (!this.#chunked) return joined(parts);
    const digits = size.toString(16);
    const framed = Buffer.allocUnsafe(digits.length + size + 2 * CRLF_BYTES);
    // By bytes: for so few a call of the native write costs more.
    for (let index = 0; index < digits.length; index += 1) framed[index] = digits.charCodeAt(index);
    let at = endLine(framed, digits.length);
    for (const part of parts) {
      framed.set(part, at);
      at += part.length;
    }
    endLine(framed, at);
    return framed;
  }
}

/** Writes a line's end; the index behind it. */
function endLine(bytes: Buffer, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + CRLF_BYTES;
}

function sizeOf(parts: readonly Buffer[]): number {
  let size = 0;
  for (const part of parts) size += part.length;
  return size;
}
