import type { IncomingMessage } from "node:http";
import type { Clock, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { backOffMs } from "./back-off.ts";
import { BaseLines } from "./base-lines.ts";
import { CHANGE_EVENT, CHANGES, EVENT_STREAM, EventStream, type StreamEvent } from "./event-stream.ts";
import { HttpConnection } from "./http-connection.ts";
import { printPosition } from "./position.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";
import { splitChanges } from "./snapshot-text.ts";
import { MAX_BYTES, SnapshotReceiver, type Received, type Reception } from "./snapshot-receiver.ts";

/** As often as a file is looked at. */
const POLL_MS = 500;

/** Where streams do not come through they are tried again after so long: a proxy may have been set right. */
const STREAM_AGAIN_MS = 60_000;

/** A stream that ends sooner counts as a failure: it is not opened again at once, again and again. */
const SHORT_LIVED_MS = 2_000;

/** What a kind is read with; each kind has its own. */
export interface ReaderCredential {
  /** As people know it: "master key". */
  readonly name: string;
  /** The token of now, asked for at each connection, so that a rotated one is used with the next; null where there is none. */
  readonly token: () => string | null;
}

export interface HttpReaderOptions<Whole extends SnapshotHeader, Item> {
  readonly kind: SnapshotKind<Whole, Item>;
  /** The endpoint of this kind: `http://host:4001/state`. */
  readonly url: string;
  /** Path of a unix socket on which the writer listens, instead of the URL's host. */
  readonly socketPath?: string;
  readonly credential: ReaderCredential;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  readonly pollMs?: number;
  readonly maxBytes?: number;
}

/**
 * How a connection went. `answered`: the writer said what there is. `failed`: nothing of use came. `no stream`: it may
 * live, but its stream does not come through.
 */
type Outcome = "answered" | "failed" | "no stream";

/**
 * Follows what an HttpSnapshotWriter holds: by its stream of events, and by asking now and then where streams do not come
 * through, as behind a proxy that collects them. Faults are told as status and error codes, without host and key.
 */
export class HttpSnapshotReader<Whole extends SnapshotHeader, Item> implements SnapshotReader<Whole, Item> {
  readonly #options: HttpReaderOptions<Whole, Item>;
  readonly #maxBytes: number;
  readonly #closing = new AbortController();
  #receiver: SnapshotReceiver<Whole, Item> | null = null;
  #running: Promise<void> | null = null;
  /** Names the last good write to the writer, which then sends what changed since; empty to be sent the whole. */
  #since = "";

  constructor(options: HttpReaderOptions<Whole, Item>) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  start(listener: SnapshotListener<Whole, Item>): Promise<void> {
    const receiver = new SnapshotReceiver(this.#options.kind, listener);
    this.#receiver = receiver;
    return new Promise((resolve) => {
      this.#running = this.#run(receiver, resolve).finally(resolve);
    });
  }

  async close(): Promise<void> {
    this.#receiver?.close();
    this.#closing.abort();
    await this.#running;
  }

  /** `onContact`: called, perhaps often, once it is known what is there. */
  async #run(receiver: SnapshotReceiver<Whole, Item>, onContact: () => void): Promise<void> {
    const { clock, pollMs = POLL_MS, random } = this.#options;
    let failures = 0;
    let streamAgainAt = clock.monotonic();
    while (!receiver.isClosed) {
      const began = clock.monotonic();
      const streams = began >= streamAgainAt;
      const outcome = streams ? await this.#follow(receiver, onContact) : await this.#poll(receiver);
      if (outcome === "no stream") {
        streamAgainAt = clock.monotonic() + STREAM_AGAIN_MS;
        continue;
      }
      onContact();
      // What fails when it is polled may as well be streamed again.
      if (outcome === "failed") streamAgainAt = began;
      const isWell = outcome === "answered" && (!streams || clock.monotonic() - began >= SHORT_LIVED_MS);
      failures = isWell ? 0 : failures + 1;
      const pauseMs = isWell && !streams ? pollMs : backOffMs(failures, random);
      await clock.sleep(pauseMs, this.#closing.signal);
    }
  }

  async #follow(receiver: SnapshotReceiver<Whole, Item>, onContact: () => void): Promise<Outcome> {
    const connection = this.#connect();
    const { kind } = this.#options;
    const stream = new EventStream((type) => (type === CHANGE_EVENT ? null : new BaseLines(kind)));
    // Half an event is half a snapshot.
    const ended = (): Outcome => {
      if (stream.pending > 0) receiver.complain(`broke off after ${stream.pending} characters: torn`);
      return "answered";
    };
    try {
      const known: Record<string, string> = this.#since === "" ? {} : { "last-event-id": this.#since };
      const response = await connection.get({ accept: EVENT_STREAM, ...known });
      const { statusCode = 0, headers } = response;
      // Too many streams, or something in between that knows none.
      if (statusCode === 429) return "no stream";
      if (statusCode !== 200) return this.#refused(statusCode, receiver);
      if (!(headers["content-type"] ?? "").startsWith(EVENT_STREAM)) return "no stream";
      for await (const piece of connection.read(response)) {
        for (const event of stream.read(piece)) {
          // After a change that was missed or cannot be read only the whole helps.
          if (event !== null && (await this.#receiveEvent(receiver, event)) === "lost") return "failed";
          onContact();
        }
        if (stream.pending > this.#maxBytes) return this.#tooLarge(receiver);
      }
      return ended();
    } catch (error) {
      if (connection.isTimedOut) return "no stream";
      return connection.isAnswered ? ended() : broken(error, receiver);
    } finally {
      connection.end();
    }
  }

  async #poll(receiver: SnapshotReceiver<Whole, Item>): Promise<Outcome> {
    const connection = this.#connect(this.#since === "" ? "" : `?since=${this.#since}`);
    try {
      const known: Record<string, string> = this.#since === "" ? {} : { "if-none-match": `"${this.#since}"` };
      const response = await connection.get({ accept: "application/json", ...known });
      const { statusCode = 0, headers } = response;
      if (statusCode === 304) return "answered";
      if (statusCode !== 200) return this.#refused(statusCode, receiver);
      const text = await this.#readWhole(connection, response);
      if (text === null) return this.#tooLarge(receiver);
      const isChanges = headers["content-type"] === CHANGES;
      const received = isChanges ? { changes: splitChanges(text) } : { base: text };
      return (await this.#receive(receiver, received)) === "lost" ? "failed" : "answered";
    } catch (error) {
      if (!connection.isTimedOut) return broken(error, receiver);
      receiver.complain("no answer in time");
      return "failed";
    } finally {
      connection.end();
    }
  }

  #connect(query = ""): HttpConnection {
    const { clock, credential, socketPath = null, url } = this.#options;
    const closing = this.#closing.signal;
    return new HttpConnection(new URL(`${url}${query}`), {
      clock,
      token: credential.token(),
      socketPath,
      closing,
    });
  }

  /** Null where it is longer than it may be. */
  async #readWhole(connection: HttpConnection, response: IncomingMessage): Promise<string | null> {
    const pieces: string[] = [];
    let length = 0;
    for await (const piece of connection.read(response)) {
      pieces.push(piece);
      length += piece.length;
      if (length > this.#maxBytes) return null;
    }
    return pieces.join("");
  }

  #receiveEvent(
    receiver: SnapshotReceiver<Whole, Item>,
    { data, taker }: StreamEvent<BaseLines<Whole, Item>>,
  ): Promise<"kept up" | "lost"> {
    return this.#receive(receiver, taker === null ? { changes: [data] } : taker.end());
  }

  /** A base that cannot be read leaves everything as it was; changes that cannot lead nowhere. */
  async #receive(
    receiver: SnapshotReceiver<Whole, Item>,
    received: Received<Whole>,
  ): Promise<"kept up" | "lost"> {
    const reception: Reception = await receiver.receive(received);
    const isLost = reception !== "received" && received.base === undefined;
    const { last } = receiver;
    const name = last === null || isLost ? "" : printPosition(last);
    // It goes back as a header, so that it must be fit for one.
    this.#since = /^[\w.-]*$/.test(name) ? name : "";
    return isLost ? "lost" : "kept up";
  }

  #refused(status: number, receiver: SnapshotReceiver<Whole, Item>): Outcome {
    // The writer's first snapshot is still being made: there is nothing to complain of.
    if (status === 503) return "answered";
    receiver.complain(
      status === 401 ? `answered 401: ${this.#options.credential.name} rejected` : `answered ${status}`,
    );
    return "failed";
  }

  #tooLarge(receiver: SnapshotReceiver<Whole, Item>): Outcome {
    receiver.complain(`more than ${this.#maxBytes} characters`);
    return "failed";
  }
}

function broken<Whole extends SnapshotHeader, Item>(
  error: unknown,
  receiver: SnapshotReceiver<Whole, Item>,
): Outcome {
  receiver.complain((error as NodeJS.ErrnoException).code ?? "unreachable");
  return "failed";
}
