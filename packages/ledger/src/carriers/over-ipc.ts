import type { FromLedger, ToLedger } from "@rollcall/contract";
import type { AcceptsHolders, HolderEnd, LinkToLedger } from "../ports.ts";
import { connectInProcess } from "./in-process.ts";

/** From a worker to its parent. */
export type ParcelToParent =
  /** It hears now: first of all. */
  | { readonly kind: "ledger"; readonly state: "ready" }
  | { readonly kind: "ledger"; readonly messages: readonly ToLedger[] };

/** From the parent to a worker. */
export type ParcelToWorker =
  | { readonly kind: "ledger"; readonly state: "up" | "down" }
  | { readonly kind: "ledger"; readonly messages: readonly FromLedger[] };

/** What is said in one turn goes as one parcel: a message between processes costs more than what is in it. */
function batched<Message>(send: (messages: readonly Message[]) => void): (message: Message) => void {
  let waiting: Message[] = [];
  return (message) => {
    if (waiting.push(message) > 1) return;
    queueMicrotask(() => {
      const messages = waiting;
      waiting = [];
      send(messages);
    });
  };
}

/** A worker's end: connects its holder whenever the parent has a ledger. Hand it each parcel of kind `ledger`. */
export class LedgerOverIpc {
  readonly #holder: HolderEnd;
  readonly #send: (parcel: ParcelToParent) => void;
  #isUp = false;

  constructor(holder: HolderEnd, send: (parcel: ParcelToParent) => void) {
    this.#holder = holder;
    this.#send = send;
    send({ kind: "ledger", state: "ready" });
  }

  received(parcel: ParcelToWorker): void {
    if ("messages" in parcel) {
      for (const message of parcel.messages) if (this.#isUp) this.#holder.received(message);
      return;
    }
    this.#down();
    if (parcel.state === "down") return;
    this.#isUp = true;
    const say = batched<ToLedger>((messages) => {
      if (this.#isUp) this.#send({ kind: "ledger", messages });
    });
    this.#holder.connected({ send: say });
  }

  /** The channel to the parent is gone. */
  closed(): void {
    this.#down();
  }

  #down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#holder.disconnected();
  }
}

/** One worker, as its parent sees it. */
export interface WorkerEnd {
  received(parcel: ParcelToParent): void;
  /** It has died or is being stopped: the ledger is told in its name. */
  gone(): void;
}

/** The parent's end: hands the messages of its workers on to the ledger, while there is one. */
export class LedgerRelay {
  readonly #workers = new Map<RelayedWorker, () => void>();
  #ledger: AcceptsHolders | null = null;

  /** The ledger can be reached; the one before, if any, cannot. */
  up(ledger: AcceptsHolders): void {
    this.down();
    this.#ledger = ledger;
    for (const worker of this.#workers.keys()) this.#workers.set(worker, connectInProcess(ledger, worker));
  }

  down(): void {
    this.#ledger = null;
    for (const cut of this.#workers.values()) cut();
  }

  /** A worker that is new. `send`: over its channel. */
  add(send: (parcel: ParcelToWorker) => void): WorkerEnd {
    const worker = new RelayedWorker(send);
    return {
      received: (parcel) => {
        if ("messages" in parcel) {
          for (const message of parcel.messages) worker.say(message);
          return;
        }
        this.#workers.get(worker)?.();
        this.#workers.set(worker, this.#ledger === null ? () => {} : connectInProcess(this.#ledger, worker));
      },
      gone: () => {
        worker.say({ kind: "gone" });
        const cut = this.#workers.get(worker);
        this.#workers.delete(worker);
        // Behind its last message.
        if (cut !== undefined) queueMicrotask(cut);
      },
    };
  }
}

/** A holder that is in another process. */
class RelayedWorker implements HolderEnd {
  readonly #send: (parcel: ParcelToWorker) => void;
  #link: LinkToLedger | null = null;
  #tell: (message: FromLedger) => void = () => {};

  constructor(send: (parcel: ParcelToWorker) => void) {
    this.#send = send;
  }

  connected(link: LinkToLedger): void {
    this.#link = link;
    this.#tell = batched<FromLedger>((messages) => {
      if (this.#link === link) this.#send({ kind: "ledger", messages });
    });
    this.#send({ kind: "ledger", state: "up" });
  }

  received(message: FromLedger): void {
    this.#tell(message);
  }

  disconnected(): void {
    this.#link = null;
    this.#send({ kind: "ledger", state: "down" });
  }

  say(message: ToLedger): void {
    this.#link?.send(message);
  }
}
