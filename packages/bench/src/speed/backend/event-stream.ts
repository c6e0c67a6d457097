import type { Socket } from "node:net";
import { nowMicros, printStamp } from "../wire/stamp.ts";
import { ROLE_EVENT, STREAM_END, STREAM_HEAD, tokenEvent } from "./canned.ts";
import type { Pacer } from "./pacer.ts";

/** One streamed answer: the first token at once, and then one whenever it is its turn. Each says when it was sent. */
export class EventStream {
  readonly #socket: Socket;
  readonly #leave: () => void;
  #left: number;

  constructor(socket: Socket, pacer: Pacer, tokens: number) {
    this.#socket = socket;
    this.#left = tokens - 1;
    socket.write(STREAM_HEAD + ROLE_EVENT + tokenEvent(printStamp(nowMicros())), "latin1");
    this.#leave = pacer.join(this, performance.now());
    socket.once("close", this.#leave);
  }

  turn(): void {
    if (this.#left > 0) {
      this.#left -= 1;
      this.#socket.write(tokenEvent(printStamp(nowMicros())), "latin1");
      return;
    }
    this.#leave();
    this.#socket.off("close", this.#leave);
    this.#socket.write(STREAM_END, "latin1");
  }
}
