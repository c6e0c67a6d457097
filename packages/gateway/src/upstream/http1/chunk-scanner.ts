import { ProtocolError } from "./protocol-error.ts";

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

/** Sizes beyond this are no sizes, and numbers stay exact. */
const MOST_DIGITS = 12;
/** Of extensions of one chunk, or of all trailers: nobody means them, so little is read over. */
const MOST_IGNORED_BYTES = 16 * 1024;

/** The value of a byte that is a hexadecimal digit, else -1. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

type State =
  | "size"
  | "extension"
  | "sizeLf"
  | "data"
  | "dataCr"
  | "dataLf"
  | "trailerStart"
  | "trailer"
  | "trailerLf"
  | "lastLf"
  | "over";

/** Walks the framing of one chunked body (RFC 9112, section 7.1), cut anywhere. Where it is broken `error` says so. */
export class ChunkScanner {
  #state: State = "size";
  #digits = 0;
  #ignored = 0;
  /** Bytes of the chunk at hand that have not been taken. */
  left = 0;
  /** Once it is there nothing more is to be read. */
  error: ProtocolError | null = null;

  /** The last chunk and the trailers are behind. */
  get over(): boolean {
    return this.#state === "over";
  }

  /** So many of `left` were read. */
  take(bytes: number): void {
    this.left -= bytes;
    if (this.left === 0) this.#state = "dataCr";
  }

  /** Index of the next byte of data, or behind the framing that is there. */
  skipFraming(bytes: Buffer, from: number): number {
    let at = this.#skipPlain(bytes, from);
    while (at < bytes.length && this.error === null && this.#state !== "data" && this.#state !== "over") {
      this.#step(bytes[at] ?? 0);
      at += 1;
    }
    return at;
  }

  /** What is whole and usual of the framing between two chunks: almost always all of it. The rest is walked byte by byte. */
  #skipPlain(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#state === "dataCr" && bytes[at] === CR && bytes[at + 1] === LF) {
      this.#state = "size";
      at += 2;
    }
    return this.#state === "size" && this.#digits === 0 ? this.#skipPlainSize(bytes, at) : at;
  }

  /** A size without extensions, with its line's end. Where it is anything else it is left to be walked. */
  #skipPlainSize(bytes: Buffer, from: number): number {
    let at = from;
    let size = 0;
    for (let digit = HEX[bytes[at] ?? 0] ?? -1; digit !== -1; digit = HEX[bytes[at] ?? 0] ?? -1) {
      if (at - from === MOST_DIGITS) return from;
      size = size * 16 + digit;
      at += 1;
    }
    if (size === 0 || bytes[at] !== CR || bytes[at + 1] !== LF) return from;
    this.left = size;
    this.#state = "data";
    return at + 2;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case "size":
        this.#readSize(byte);
        break;
      case "extension":
        if (byte === CR) this.#state = "sizeLf";
        else this.#ignore(byte);
        break;
      case "sizeLf":
        this.#need(byte, LF);
        this.#digits = 0;
        this.#ignored = 0;
        this.#state = this.left === 0 ? "trailerStart" : "data";
        break;
      case "dataCr":
        this.#need(byte, CR);
        this.#state = "dataLf";
        break;
      case "dataLf":
        this.#need(byte, LF);
        this.#state = "size";
        break;
      case "trailerStart":
        if (byte !== CR) this.#ignore(byte);
        this.#state = byte === CR ? "lastLf" : "trailer";
        break;
      case "trailer":
        if (byte === CR) this.#state = "trailerLf";
        else this.#ignore(byte);
        break;
      case "trailerLf":
        this.#need(byte, LF);
        this.#state = "trailerStart";
        break;
      case "lastLf":
        this.#need(byte, LF);
        this.#state = "over";
        break;
      // Not framing: whoever calls has stopped before.
      case "data":
      case "over":
        break;
      default:
        this.#state satisfies never;
    }
  }

  #readSize(byte: number): void {
    const digit = HEX[byte] ?? -1;
    if (digit !== -1) {
      if (this.#digits === MOST_DIGITS) this.#break("a chunk is too large to be one");
      this.left = this.left * 16 + digit;
      this.#digits += 1;
      return;
    }
    if (this.#digits === 0) this.#break("a chunk does not begin with its size");
    else if (byte === CR) this.#state = "sizeLf";
    else if (byte === SEMICOLON) this.#state = "extension";
    else this.#break("a chunk's size does not end with its line");
  }

  #ignore(byte: number): void {
    this.#ignored += 1;
    if (byte === LF || this.#ignored > MOST_IGNORED_BYTES)
      this.#break("what stands beside the chunks has no end");
  }

  #need(byte: number, wanted: number): void {
    if (byte !== wanted) this.#break("a line of the chunks' framing does not end as it should");
  }

  #break(message: string): void {
    this.error ??= new ProtocolError(message);
  }
}
