import { nowMicros, readStamps } from "../wire/stamp.ts";
import { type Address, Connection } from "./connection.ts";

/** One stream as its client hears it. Times are in microseconds. */
export class Listener {
  readonly #connection: Connection;
  readonly #due: number;
  #cut: Buffer | null = null;
  #last = 0;
  #counts = false;
  /** Of tokens, since counting began. */
  events = 0;
  /** Null until it came. */
  firstToken: number | null = null;
  /** How it ended, though nobody asked it to. Null while it runs. */
  ended: string | null = null;
  readonly delays: number[] = [];
  readonly gaps: number[] = [];

  constructor(address: Address, request: Buffer, due: number) {
    this.#due = due;
    this.#connection = new Connection(address);
    this.#connection.send(request, {
      body: (bytes) => this.#hear(bytes),
      end: (failure) => {
        this.ended = failure ?? "the stream came to its end";
      },
    });
  }

  count(): void {
    this.#counts = true;
  }

  stop(): void {
    this.#connection.destroy();
  }

  #hear(bytes: Buffer): void {
    const now = nowMicros();
    const { stamps, rest } = readStamps(this.#cut === null ? bytes : Buffer.concat([this.#cut, bytes]));
    this.#cut = rest;
    for (const stamp of stamps) {
      this.firstToken ??= now - this.#due;
      if (this.#counts) this.#note(now, stamp);
      this.#last = now;
    }
  }

  #note(now: number, stamp: number): void {
    this.events += 1;
    this.delays.push(now - stamp);
    this.gaps.push(now - this.#last);
  }
}
