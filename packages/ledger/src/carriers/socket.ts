import { request, type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FromLedger, ToLedger } from "@rollcall/contract";
import type { AcceptsHolders, HolderEnd, LedgerEnd, Timers } from "../ports.ts";
import { carryLines, type Lines } from "./json-lines.ts";

/** Where the ledger is asked for, and by which name in `Upgrade`. */
export const LEDGER_PATH = "/ledger";
export const LEDGER_PROTOCOL = "rollcall-ledger";

const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/** A ledger that takes the connection and says nothing is none. */
const ANSWER_MS = 2_000;

export interface SocketOptions {
  /** Path of the ledger's unix socket. */
  readonly socketPath: string;
  /** Shown as a Bearer token; asked for at each connection, so that a new one is used with the next. */
  readonly token: () => string | null;
  readonly timers: Timers;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

/** Keeps a holder connected to a ledger of another process, until the answer is called. */
export function connectOverSocket(holder: HolderEnd, options: SocketOptions): () => void {
  const connection = new Connection(holder, options);
  connection.open();
  return () => connection.close();
}

/** Tells the ledger in its name that a holder has died: its leases are free at once. Nothing happens where it cannot be told. */
export function reportGone(
  name: string,
  { socketPath, token }: Pick<SocketOptions, "socketPath" | "token">,
): void {
  const asking = ask(socketPath, token());
  asking.on("error", () => {});
  asking.on("response", (response) => void response.destroy());
  asking.on("upgrade", (_response, socket, head) => {
    const lines = carryLines(socket, head, { received: () => {}, over: () => {} });
    lines.send({ kind: "hello", holder: name } satisfies ToLedger);
    lines.send({ kind: "gone" } satisfies ToLedger);
    lines.end();
  });
  asking.end();
}

function ask(socketPath: string, token: string | null): ClientRequest {
  return request({
    socketPath,
    path: LEDGER_PATH,
    agent: false,
    headers: {
      connection: "Upgrade",
      upgrade: LEDGER_PROTOCOL,
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    timeout: ANSWER_MS,
  });
}

class Connection {
  readonly #holder: HolderEnd;
  readonly #options: SocketOptions;
  #request: ClientRequest | null = null;
  #lines: Lines | null = null;
  #stopWaiting: () => void = () => {};
  #failures = 0;
  #isClosed = false;

  constructor(holder: HolderEnd, options: SocketOptions) {
    this.#holder = holder;
    this.#options = options;
  }

  open(): void {
    const { socketPath, token } = this.#options;
    const asking = ask(socketPath, token());
    this.#request = asking;
    asking.on("upgrade", (_response, socket, head) => this.#opened(socket, head));
    asking.on("response", (response) => {
      response.resume();
      this.#again();
    });
    asking.on("timeout", () => void asking.destroy());
    // An error is followed by a close, and so is everything else that is no upgrade.
    asking.on("error", () => {});
    asking.on("close", () => {
      if (this.#lines === null) this.#again();
    });
    asking.end();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWaiting();
    if (this.#lines === null) this.#request?.destroy();
    else this.#lines.end();
  }

  #opened(socket: Duplex, head: Buffer): void {
    this.#failures = 0;
    const lines = carryLines(socket, head, {
      received: (message) => this.#holder.received(message as FromLedger),
      over: () => {
        this.#lines = null;
        this.#holder.disconnected();
        this.#again();
      },
    });
    this.#lines = lines;
    this.#holder.connected({ send: (message) => lines.send(message) });
  }

  /** Those that lost one ledger do not come back all at once. */
  #again(): void {
    this.#stopWaiting();
    if (this.#isClosed) return;
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures) * (0.5 + this.#options.random() / 2);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#stopWaiting = this.#options.timers.after(ms, () => this.open());
  }
}

/** Is it a holder that asks for the ledger? Whether it may is not asked here. */
export function isForLedger({ headers, url }: Pick<IncomingMessage, "headers" | "url">): boolean {
  return url === LEDGER_PATH && headers.upgrade?.toLowerCase() === LEDGER_PROTOCOL;
}

/** Answers an upgrade with the ledger. */
export function acceptOverSocket(ledger: AcceptsHolders, socket: Duplex, head: Buffer): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${LEDGER_PROTOCOL}\r\n\r\n`,
  );
  let end: LedgerEnd | null = null;
  const lines = carryLines(socket, head, {
    received: (message) => end?.received(message as ToLedger),
    over: () => end?.disconnected(),
  });
  end = ledger.accept({ send: (message) => lines.send(message), close: () => lines.end() });
}
