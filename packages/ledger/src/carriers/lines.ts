import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Longer than all leases of a holder of a hundred thousand keys. */
const LONGEST_LINE = 32 * 1024 * 1024;
/** More than that unread: whoever should read it does not. */
const MOST_UNSENT = 8 * 1024 * 1024;

/** A line of the wire: a channel, which stands for one holder, and what is said on it. Nothing said: the channel ends. */
export type Line = readonly [channel: number, ...messages: unknown[]];

export interface LinesEnd {
  line(line: Line): void;
  /** Once: the stream is gone. `fault`: what was wrong with what came, for the log; null: it ended. */
  closed(fault: string | null): void;
}

/** Newline-delimited JSON over a stream. What is said in one turn leaves as one write, a line for each channel. */
export class Lines {
  readonly #stream: Duplex;
  readonly #unsent: [channel: number, ...messages: unknown[]][] = [];
  #rest = "";
  #fault: string | null = null;

  constructor(stream: Duplex, end: LinesEnd) {
    this.#stream = stream;
    // The stream's own encoding may not be set where it came from an HTTP server.
    const decoder = new StringDecoder("utf8");
    stream.on("data", (piece: Buffer) => {
      this.#take(decoder.write(piece), end);
    });
    // The error is followed by `close`.
    stream.on("error", (error) => {
      this.#fault ??= error.message;
    });
    stream.once("end", () => stream.destroy());
    stream.once("close", () => {
      end.closed(this.#fault);
    });
  }

  say(channel: number, message: unknown): void {
    const last = this.#unsent.at(-1);
    if (last !== undefined && last[0] === channel && last.length > 1) last.push(message);
    else this.#put([channel, message]);
  }

  endChannel(channel: number): void {
    this.#put([channel]);
  }

  destroy(fault: string | null = null): void {
    this.#fault ??= fault;
    this.#stream.destroy();
  }

  #put(line: [channel: number, ...messages: unknown[]]): void {
    if (this.#unsent.length === 0) {
      queueMicrotask(() => {
        this.#flush();
      });
    }
    this.#unsent.push(line);
  }

  #flush(): void {
    const lines = this.#unsent.splice(0);
    if (this.#stream.destroyed) return;
    let text = "";
    for (const line of lines) text += `${JSON.stringify(line)}\n`;
    this.#stream.write(text);
    if (this.#stream.writableLength > MOST_UNSENT) this.destroy("the other side does not read");
  }

  #take(text: string, end: LinesEnd): void {
    let from = 0;
    for (;;) {
      const at = text.indexOf("\n", from);
      if (at === -1) break;
      const line = readLine(this.#rest + text.slice(from, at));
      this.#rest = "";
      from = at + 1;
      if (line === null) {
        this.destroy("a line is not a channel and its messages");
        return;
      }
      end.line(line);
      if (this.#stream.destroyed) return;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > LONGEST_LINE) this.destroy("a line without end");
  }
}

function readLine(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text);
    return Array.isArray(line) && Number.isSafeInteger(line[0]) ? (line as unknown as Line) : null;
  } catch {
    return null;
  }
}
