import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import { ownWords, type Names } from "../upstream/backend-words.ts";
import type { AppListener, AppSide, Message } from "./app-side.ts";
import { CLOSE, closeReason, isBackendsFault } from "./close-codes.ts";
import { Direction } from "./direction.ts";
import { isBareGreeting, restateEvent } from "./server-event.ts";
import { mayNameModel, readSessionUpdate, renameSession } from "./session-update.ts";

export interface RealtimeSessionOptions {
  readonly app: AppSide;
  readonly backend: WebSocket;
  readonly backendSocket: Socket;
  readonly names: Names;
  /** Why the app may not speak of this name here; null where it is the session's own. */
  readonly refuseName: (name: string) => GatewayError | null;
  /** The backend's greeting is not for the app, which has had ours. */
  readonly isGreeted: boolean;
  readonly now: () => number;
  /** Called once. */
  readonly onEnd: (outcome: AttemptOutcome) => void;
}

const COMPLETE: AttemptOutcome = { kind: "complete" };
const ABANDONED: AttemptOutcome = { kind: "abandoned" };

/** An app and a backend that talk: messages go both ways, with the right name in each, until one of them closes. */
export class RealtimeSession implements AppListener {
  readonly #options: RealtimeSessionOptions;
  readonly #written: Buffer;
  readonly #toApp: Direction;
  readonly #toBackend: Direction;
  /** When the backend last said something, monotonic milliseconds. */
  #lastAnswerAt: number;
  #awaitsGreeting: boolean;
  #isOver = false;

  constructor(options: RealtimeSessionOptions, appSocket: WebSocket) {
    const { app, backend, backendSocket, isGreeted, names, now } = options;
    this.#options = options;
    this.#written = Buffer.from(JSON.stringify(names.upstream));
    this.#toApp = new Direction(backend, { webSocket: appSocket, socket: app.socket });
    this.#toBackend = new Direction(appSocket, { webSocket: backend, socket: backendSocket });
    this.#awaitsGreeting = isGreeted;
    this.#lastAnswerAt = now();
  }

  begin(): void {
    const { app, backend } = this.#options;
    backend.on("message", (data: RawData, isBinary: boolean) =>
      this.#answer({ data: data as Buffer, isBinary }),
    );
    backend.on("close", (code, reason) => this.#backendClosed(code, reason));
    if (app.webSocket?.isPaused === true) app.webSocket.resume();
    app.listen(this);
  }

  message(message: Message): void {
    if (this.#isOver) return;
    const data = message.isBinary ? message.data : this.#rename(message.data);
    if (data !== null) this.#toBackend.send(data, message.isBinary);
  }

  closed(code: number, reason: Buffer): void {
    const isBroken = code === CLOSE.broken;
    this.#closeBackend(isBroken ? CLOSE.goingAway : code, isBroken ? "" : reason.toString("utf8"));
    this.#end(isBroken ? ABANDONED : COMPLETE);
  }

  /** Keeps proxies on the way from closing it, and finds out whether both are there. */
  beat(): void {
    this.#toApp.beat();
    this.#toBackend.beat();
  }

  /** How long the backend has said nothing. */
  quietMs(): number {
    return this.#options.now() - this.#lastAnswerAt;
  }

  /** The gateway ends: whoever connects again reaches another, or the one that comes after. */
  restart(): void {
    this.#options.app.close(CLOSE.serviceRestart, "service restart");
    this.#closeBackend(CLOSE.goingAway, "");
    this.#end(COMPLETE);
  }

  /** The app had its time to close. */
  cut(): void {
    this.#options.app.webSocket?.terminate();
    this.#options.backend.terminate();
  }

  #answer({ data, isBinary }: Message): void {
    if (this.#isOver) return;
    this.#lastAnswerAt = this.#options.now();
    if (isBinary) {
      this.#toApp.send(data, true);
      return;
    }
    const isGreeting = this.#awaitsGreeting && isBareGreeting(data);
    this.#awaitsGreeting = false;
    if (!isGreeting) this.#toApp.send(restateEvent(data, this.#options.names), false);
  }

  /** Null: it is not for the backend, and the app was told. */
  #rename(text: Buffer): Buffer | null {
    const update = mayNameModel(text) ? readSessionUpdate(text) : null;
    if (update === null || update.names.length === 0) return text;
    const { app, refuseName } = this.#options;
    for (const { name } of update.names) {
      const refusal = refuseName(name);
      if (refusal === null) continue;
      app.tell(refusal);
      return null;
    }
    return renameSession(text, update, this.#written);
  }

  #backendClosed(code: number, reason: Buffer): void {
    if (this.#isOver) return;
    const { app, names } = this.#options;
    if (code === CLOSE.broken) {
      app.tell({ kind: "upstream_cut", model: names.alias, cause: "cut" });
      app.close(CLOSE.internal, "upstream_cut");
      this.#end({ kind: "cut", cause: "cut" });
      return;
    }
    app.close(code, closeReason(ownWords(reason.toString("utf8"), names) ?? ""));
    this.#end(isBackendsFault(code) ? { kind: "cut", cause: "abort" } : COMPLETE);
  }

  #closeBackend(code: number, reason: string): void {
    const { backend } = this.#options;
    if (backend.isPaused) backend.resume();
    if (code === CLOSE.none) backend.close();
    else backend.close(code, reason);
  }

  #end(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(outcome);
  }
}
