import type { Config } from "@rollcall/contract";
import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import type { GatewayError } from "../errors/gateway-error.ts";
import { renderError, renderRealtimeEvent } from "../errors/render.ts";
import { endWithError } from "../server/send-error.ts";
import type { Acceptor, Upgrade } from "./acceptor.ts";
import { CLOSE, closeCodeOf } from "./close-codes.ts";

const NOTHING = Buffer.alloc(0);

/** One message as it goes on: how many frames it came in makes no difference. */
export interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** Whoever reads the app's messages at the moment. */
export interface AppListener {
  message(message: Message): void;
  /** The code is `CLOSE.broken` where the connection broke. Without it `AppEvents.left` is told. */
  closed?(code: number, reason: Buffer): void;
}

export interface AppEvents {
  /** The app has gone before its session began. */
  left(): void;
  /** Its connection is gone, however it ended. */
  over(): void;
}

/** Whose request failed. */
interface Asking {
  readonly requestId: string;
  readonly state: { readonly config: Pick<Config, "compat"> };
}

/** The app's end: a request until it is accepted, a WebSocket from then on. */
export class AppSide {
  readonly #upgrade: Upgrade;
  readonly #acceptor: Acceptor;
  #webSocket: WebSocket | null = null;
  #listener: AppListener | null = null;
  /** Came while nobody reads. */
  #held: Message[] = [];
  #isOver = false;
  #events: AppEvents | null = null;

  constructor(upgrade: Upgrade, acceptor: Acceptor) {
    this.#upgrade = upgrade;
    this.#acceptor = acceptor;
    upgrade.socket.on("error", () => {});
    upgrade.socket.once("close", () => {
      // Of a WebSocket its own `close` has the code.
      if (this.#webSocket === null) this.#over(CLOSE.broken, NOTHING);
    });
  }

  get webSocket(): WebSocket | null {
    return this.#webSocket;
  }

  get socket(): Socket {
    return this.#upgrade.socket as Socket;
  }

  follow(events: AppEvents): void {
    this.#events = events;
  }

  /** Answers 101; false where the app has left. Messages are held until somebody listens. */
  open(headers: readonly string[], maxBytes: number): boolean {
    const webSocket = this.#isOver ? null : this.#acceptor.accept(this.#upgrade, headers, maxBytes);
    if (webSocket === null) return false;
    this.#webSocket = webSocket;
    webSocket.on("message", (data: RawData, isBinary: boolean) =>
      this.#take({ data: data as Buffer, isBinary }),
    );
    // What is wrong with a frame ends the connection: `close` follows.
    webSocket.on("error", () => {});
    webSocket.on("close", (code, reason) => this.#over(code, reason));
    return true;
  }

  /** What was held comes first. Null: messages are held again. */
  listen(listener: AppListener | null): void {
    this.#listener = listener;
    while (this.#listener !== null && this.#held.length > 0) {
      const message = this.#held.shift();
      if (message !== undefined) this.#listener.message(message);
    }
  }

  /** Keeps a message for whoever listens next. */
  hold(message: Message): void {
    this.#held.push(message);
  }

  /** Before the 101 as an HTTP answer, afterwards as an event, and the connection closes. Returns the status. */
  fail(failure: GatewayError, { requestId, state }: Asking): number {
    const { compat } = state.config;
    const reader = { compat, dialect: "openai", requestId } as const;
    const { status } = renderError(failure, reader);
    if (this.#webSocket === null) {
      if (this.#isOver) return status;
      endWithError(this.socket, failure, reader);
      this.socket.destroySoon();
    } else {
      this.tell(failure);
      this.close(closeCodeOf(status));
    }
    return status;
  }

  /** An event that something went wrong; the connection stays. */
  tell(failure: GatewayError): void {
    this.#webSocket?.send(renderRealtimeEvent(failure));
  }

  close(code: number, reason = ""): void {
    // While it is not read the other side's answer would not be seen.
    if (this.#webSocket?.isPaused === true) this.#webSocket.resume();
    if (code === CLOSE.none) this.#webSocket?.close();
    else this.#webSocket?.close(code, reason);
  }

  #take(message: Message): void {
    if (this.#listener === null) this.hold(message);
    else this.#listener.message(message);
  }

  #over(code: number, reason: Buffer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = [];
    if (this.#listener?.closed === undefined) this.#events?.left();
    else this.#listener.closed(code, reason);
    this.#events?.over();
  }
}
