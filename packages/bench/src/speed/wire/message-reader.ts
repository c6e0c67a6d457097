/** Hears of one HTTP/1.1 message after the other. */
export interface MessageSink {
  /** Start line and headers, without the empty line. */
  head(text: string): void;
  /** A piece of the body, without the framing of chunks. It is only valid during the call. */
  body(bytes: Buffer): void;
  end(): void;
}

const HEAD_END = "\r\n\r\n";
const EMPTY: Buffer = Buffer.alloc(0);

type Awaits = "head" | "body" | "chunk size" | "chunk" | "chunk end" | "trailer";

/**
 * Splits what comes from a socket into HTTP/1.1 messages, requests or responses alike. It knows what a bench needs: a
 * body has a content-length, comes in chunks, or is empty. Nothing is checked, since both ends are the bench's own.
 */
export class MessageReader {
  readonly #sink: MessageSink;
  #awaits: Awaits = "head";
  /** Bytes of the body or of the chunk that are still to come. */
  #left = 0;
  #held = EMPTY;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  push(bytes: Buffer): void {
    let rest = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = EMPTY;
    while (rest.length > 0) {
      const taken = this.#take(rest);
      if (taken === 0) {
        this.#held = rest;
        return;
      }
      rest = rest.subarray(taken);
    }
  }

  /** How many bytes were used up. 0 = more are needed. */
  #take(bytes: Buffer): number {
    switch (this.#awaits) {
      case "head":
        return this.#takeHead(bytes);
      case "body":
        return this.#takeBody(bytes, "head");
      case "chunk":
        return this.#takeBody(bytes, "chunk end");
      case "chunk size":
        return this.#takeLine(bytes, (line) => {
          this.#left = Number.parseInt(line, 16);
          this.#awaits = this.#left === 0 ? "trailer" : "chunk";
        });
      case "chunk end":
        return this.#takeLine(bytes, () => (this.#awaits = "chunk size"));
      case "trailer":
        return this.#takeLine(bytes, (line) => {
          if (line === "") this.#finish();
        });
      default:
        return this.#awaits satisfies never;
    }
  }

  #takeHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return 0;
    const head = bytes.toString("latin1", 0, end);
    this.#sink.head(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#left = Number(length ?? "0");
    if (length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head)) this.#awaits = "chunk size";
    else if (this.#left > 0) this.#awaits = "body";
    else this.#finish();
    return end + HEAD_END.length;
  }

  #takeBody(bytes: Buffer, next: "head" | "chunk end"): number {
    const taken = Math.min(this.#left, bytes.length);
    this.#left -= taken;
    this.#sink.body(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if (this.#left > 0) return taken;
    if (next === "head") this.#finish();
    else this.#awaits = next;
    return taken;
  }

  #takeLine(bytes: Buffer, read: (line: string) => void): number {
    const end = bytes.indexOf("\r\n");
    if (end < 0) return 0;
    read(bytes.toString("latin1", 0, end));
    return end + 2;
  }

  #finish(): void {
    this.#awaits = "head";
    this.#sink.end();
  }
}
