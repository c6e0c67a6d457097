import { ProtocolError } from "./protocol-error.ts";

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

/** Sizes beyond this are no sizes, and numbers stay exact. */
const MOST_DIGITS = 12;
/** Of extensions of one chunk, or of all trailers: nobody means them, so little is read over. */
const MOST_IGNORED_BYTES = 16 * 1024;

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
  #left = 0;
  /** Once it is there nothing more is to be read. */
  error: ProtocolError | null = null;

  /** Bytes of the chunk at hand that have not been taken. */
  get left(): number {
    return this.#left;
  }

  /** The last chunk and the trailers are behind. */
  get over(): boolean {
    return this.#state === "over";
  }

  /** So many of `left` were read. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left === 0) this.#state = "dataCr";
  }

  /** Index of the next byte of data, or behind the framing that is there. */
  skipFraming(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.error === null && this.#state !== "data" && this.#state !== "over") {
      this.#step(bytes[at] ?? 0);
      at += 1;
    }
    return at;
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
        this.#state = this.#left === 0 ? "trailerStart" : "data";
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
    const digit = hexDigit(byte);
    if (digit !== -1) {
      if (this.#digits === MOST_DIGITS) this.#break("a chunk is too large to be one");
      this.#left = this.#left * 16 + digit;
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

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
