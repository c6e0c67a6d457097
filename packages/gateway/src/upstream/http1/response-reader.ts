import { ChunkScanner } from "./chunk-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

/** Hears one answer: its head, its body in pieces, its end. */
export interface ResponseHandler {
  head(head: ResponseHead): void;
  /** A piece of the body as it came, framing taken away. Its memory is the hearer's own. */
  data(piece: Buffer): void;
  end(): void;
}

/** Node's own limit for heads. */
export const MAX_HEAD_BYTES = 16 * 1024;

const HEAD_START = Buffer.from("HTTP/1.");
const HEAD_END = Buffer.from("\r\n\r\n");
const EMPTY = Buffer.alloc(0);

/**
 * Reads the answers on one connection, one at a time, from bytes that may be cut anywhere. What is no HTTP/1.1, bytes
 * that nobody asked for included, is a ProtocolError; then the connection is of no more use.
 */
export class ResponseReader {
  #parts: ResponseHandler | null = null;
  /** Null until the head is there, and between two answers. */
  #head: ResponseHead | null = null;
  #cutHead: Buffer = EMPTY;
  /** Of a body whose length is known. */
  #left = 0;
  /** Of a body in chunks. */
  #chunks = new ChunkScanner();

  /** The next answer is for these. */
  expect(parts: ResponseHandler): void {
    this.#parts = parts;
  }

  /** `bytes` are only read during the call: their memory may be used again. Null: all of it was read. */
  push(bytes: Buffer): ProtocolError | null {
    let at = 0;
    while (at < bytes.length) {
      const parts = this.#parts;
      if (parts === null) return new ProtocolError("the backend sent bytes that were not asked for");
      const head = this.#head;
      const next = head === null ? this.#readHead(bytes, at) : this.#readBody(bytes, at, { head, parts });
      if (next instanceof ProtocolError) return next;
      at = next;
    }
    return null;
  }

  /** The backend closed its side. False: in the middle of an answer. */
  close(): boolean {
    if (this.#parts === null) return true;
    if (this.#head?.bodyEnd.by !== "close") return false;
    this.#end();
    return true;
  }

  #readHead(bytes: Buffer, at: number): number | ProtocolError {
    // A head is searched again with what came before: it is short, and cut only by chance.
    const seen = this.#cutHead.length;
    const fresh = at === 0 ? bytes : bytes.subarray(at);
    const all = seen === 0 ? fresh : Buffer.concat([this.#cutHead, fresh]);
    // What is something else from its first byte on may never come to a blank line.
    if (!beginsAsHead(all)) return new ProtocolError("the answer does not begin with HTTP/1");
    const end = all.indexOf(HEAD_END);
    if (end > MAX_HEAD_BYTES || (end === -1 && all.length > MAX_HEAD_BYTES))
      return new ProtocolError(`the answer's head is longer than ${MAX_HEAD_BYTES} bytes`);
    if (end === -1) {
      this.#cutHead = Buffer.from(all);
      return bytes.length;
    }
    this.#cutHead = EMPTY;
    const head = parseResponseHead(all.toString("latin1", 0, end));
    if (head instanceof ProtocolError) return head;
    if (head.status === 101) return new ProtocolError("the backend wants to change the protocol");
    this.#take(head);
    return at + end + HEAD_END.length - seen;
  }

  #take(head: ResponseHead): void {
    // Interim: the answer itself is still to come.
    if (head.status < 200) return;
    const { bodyEnd } = head;
    this.#head = head;
    if (bodyEnd.by === "length") this.#left = bodyEnd.bytes;
    if (bodyEnd.by === "chunks") this.#chunks = new ChunkScanner();
    this.#parts?.head(head);
    if (bodyEnd.by === "length" && bodyEnd.bytes === 0) this.#end();
  }

  #readBody(
    bytes: Buffer,
    at: number,
    { head, parts }: { head: ResponseHead; parts: ResponseHandler },
  ): number | ProtocolError {
    switch (head.bodyEnd.by) {
      case "length": {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        parts.data(copyOf(bytes, at, end));
        if (this.#left === 0) this.#end();
        return end;
      }
      case "chunks": {
        const start = this.#chunks.skipFraming(bytes, at);
        if (this.#chunks.error !== null) return this.#chunks.error;
        const end = Math.min(bytes.length, start + this.#chunks.left);
        if (end > start) {
          this.#chunks.take(end - start);
          parts.data(copyOf(bytes, start, end));
        }
        if (this.#chunks.over) this.#end();
        return end;
      }
      case "close":
        parts.data(copyOf(bytes, at, bytes.length));
        return bytes.length;
      default:
        return head.bodyEnd satisfies never;
    }
  }

  #end(): void {
    const parts = this.#parts;
    this.#parts = null;
    this.#head = null;
    parts?.end();
  }
}

/** By bytes: a call of the native comparison costs more. */
function beginsAsHead(bytes: Buffer): boolean {
  const begun = Math.min(bytes.length, HEAD_START.length);
  for (let index = 0; index < begun; index += 1) if (bytes[index] !== HEAD_START[index]) return false;
  return true;
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}
