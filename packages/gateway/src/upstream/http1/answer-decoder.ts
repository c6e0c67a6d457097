import type { Socket } from "node:net";
import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import type { ConnectionFailure, ResponseSink, Sending } from "./sending.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ResponseHead } from "./response-head.ts";

// What can be decoded leaves at once: an event must not wait for the next one.
const ZLIB = { flush: constants.Z_SYNC_FLUSH };

/** The low half of the first byte of zlib's format; some servers send bare deflate under the same name. */
const ZLIB_METHOD = 8;

const OPEN = {
  gzip: () => createGunzip(ZLIB),
  "x-gzip": () => createGunzip(ZLIB),
  deflate: (first: Buffer) =>
    ((first[0] ?? 0) & 0x0f) === ZLIB_METHOD ? createInflate(ZLIB) : createInflateRaw(ZLIB),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress({ flush: constants.ZSTD_e_flush }),
} as const satisfies Record<string, (first: Buffer) => Transform>;

export type Coding = keyof typeof OPEN;

/** How the body is encoded: null where it is not. */
export function codingOf({ headers }: Pick<ResponseHead, "headers">): Coding | ProtocolError | null {
  let codings: string[] | null = null;
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index] === "content-encoding")
      (codings ??= []).push(...(headers[index + 1] ?? "").toLowerCase().split(","));
  if (codings === null) return null;
  const applied = codings
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  const [coding] = applied;
  if (coding === undefined) return null;
  return applied.length === 1 && isCoding(coding)
    ? coding
    : new ProtocolError("the body is encoded in a way that was not asked for");
}

function isCoding(name: string): name is Coding {
  return Object.hasOwn(OPEN, name);
}

/** Decodes the body of one answer on its way to the sink. Its handle is for whoever has the connection's. */
export class AnswerDecoder implements ResponseSink, Sending {
  readonly #coding: Coding;
  readonly #sink: ResponseSink;
  readonly #socket: Pick<Socket, "pause" | "resume" | "destroy">;
  #stream: Transform | null = null;
  #failure: ConnectionFailure | ProtocolError | null = null;
  #isOver = false;

  constructor(coding: Coding, sink: ResponseSink, socket: Pick<Socket, "pause" | "resume" | "destroy">) {
    this.#coding = coding;
    this.#sink = sink;
    this.#socket = socket;
  }

  head(head: ResponseHead): void {
    this.#sink.head(head);
  }

  data(piece: Buffer): void {
    if (this.#isOver) return;
    this.#stream ??= this.#open(piece);
    if (!this.#stream.write(piece)) this.#socket.pause();
  }

  end(): void {
    if (this.#stream === null) this.#finish();
    else this.#stream.end();
  }

  /** What came before it still reaches the sink. */
  fail(error: ConnectionFailure | ProtocolError): void {
    this.#failure ??= error;
    this.end();
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#stream?.destroy();
  }

  #open(first: Buffer): Transform {
    const stream = OPEN[this.#coding](first);
    stream.on("data", (piece: Buffer) => {
      if (!this.#isOver) this.#sink.data(piece);
    });
    stream.on("drain", () => this.#socket.resume());
    stream.on("end", () => this.#finish());
    stream.on("error", () => {
      this.#failure ??= new ProtocolError("the body is not what its content-encoding says");
      this.#finish();
      this.#socket.destroy();
    });
    return stream;
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#failure === null) this.#sink.end();
    else this.#sink.fail(this.#failure);
  }
}
