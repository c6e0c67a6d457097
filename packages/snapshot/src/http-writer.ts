import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Clock, SnapshotChange, SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { ChangeHistory } from "./change-history.ts";
import {
  CHANGES,
  EVENT_STREAM,
  HEARTBEAT,
  HEARTBEAT_MS,
  KEEPALIVE,
  printData,
  printEventEnd,
} from "./event-stream.ts";
import { continues, parsePosition, positionOf, printPosition, type Position } from "./position.ts";
import type { SnapshotWriter } from "./ports.ts";
import { PostedBase, PostedChange } from "./posted.ts";
import { recordsOf } from "./whole.ts";

/** More than any number of gateways: what each may hold back is a snapshot. */
const MAX_READERS = 256;

/** Whoever takes nothing for so long is gone, or might as well be. */
const STUCK_MS = 30_000;

/** Whoever comes soon after is sent the same text; then it is let go, since many records are much text. */
const BASE_KEPT_MS = 10_000;

/**
 * Records that somebody else keeps, and tells changes of. They are looked at while a base is printed: what a later write says
 * may be in it already.
 */
export interface HeldRecords<Item> {
  count(): number;
  all(): Iterable<Item>;
}

export interface HttpWriterOptions<Whole extends SnapshotHeader, Item> {
  readonly kind: SnapshotKind<Whole, Item>;
  readonly clock: Clock;
  /** Judges a request's headers by the credential of this kind: null allows, a text says why it is refused. */
  readonly refusal: (headers: IncomingHttpHeaders) => string | null;
  /** Of snapshots that are written without them; default: each snapshot has its own. */
  readonly records?: HeldRecords<Item>;
  readonly maxReaders?: number;
  readonly stuckMs?: number;
}

interface Follower {
  readonly response: ServerResponse;
  sent: Position | null;
  /** It has not taken what it was sent: what comes meanwhile waits, or is part of a base if it becomes too much. */
  isFull: boolean;
  /** A base is being printed for it. */
  isWaiting: boolean;
}

/**
 * The endpoint of one kind: holds the newest snapshot and the changes before it, and answers who may read them. As JSON
 * with an ETag; or what changed `since` a write; or a stream of server-sent events, one for each write and a heartbeat in
 * between. Who is behind by more than the kept changes gets the whole.
 */
export class HttpSnapshotWriter<Whole extends SnapshotHeader, Item> implements SnapshotWriter<Whole, Item> {
  readonly #options: HttpWriterOptions<Whole, Item>;
  readonly #history = new ChangeHistory<PostedChange<Whole, Item>>();
  readonly #followers = new Set<Follower>();
  readonly #closing = new AbortController();
  #snapshot: Whole | null = null;
  /** Printed last; with the changes since, as good as a new one. */
  #base: PostedBase<Whole, Item> | null = null;
  #readers = 0;
  #isBeating = false;

  constructor(options: HttpWriterOptions<Whole, Item>) {
    this.#options = options;
  }

  async write(snapshot: Whole, change: SnapshotChange<Item> | null = null): Promise<void> {
    const { kind, records } = this.#options;
    const before = this.#snapshot;
    const follows =
      before !== null &&
      change !== null &&
      continues({ instance: kind.instanceOf(snapshot), sequence: change.after }, positionOf(kind, before));
    this.#snapshot = snapshot;
    if (follows) {
      const count = records?.count() ?? recordsOf(kind, snapshot).length;
      this.#history.add(new PostedChange(kind, snapshot, change), count);
    } else {
      this.#history.clear();
    }
    if (this.#base !== null && this.#since(this.#base.position) === null) this.#base = null;
    for (const follower of this.#followers) this.#offer(follower);
  }

  /** Ends the streams; what was written can still be asked for. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { response } of this.#followers) response.end();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { maxReaders = MAX_READERS, refusal, stuckMs = STUCK_MS } = this.#options;
    const refused = refusal(request.headers);
    if (refused !== null) {
      refuse(response, { status: 401, error: refused });
      return;
    }
    if (this.#readers >= maxReaders) {
      refuse(response, { status: 429, error: "too many readers of the snapshot at once" });
      return;
    }
    this.#readers += 1;
    response.once("close", () => (this.#readers -= 1));
    response.setTimeout(stuckMs, () => response.destroy());
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? "")) this.#stream(request, response);
    else void this.#answerOnce(request, response);
  }

  /** The changes after that write; null where they are not all kept, or it is none of ours. */
  #since(position: Position | null): readonly PostedChange<Whole, Item>[] | null {
    const snapshot = this.#snapshot;
    const { kind } = this.#options;
    if (snapshot === null || position?.instance !== kind.instanceOf(snapshot)) return null;
    return position.sequence === snapshot.sequence ? [] : this.#history.since(position.sequence);
  }

  async #answerOnce(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind } = this.#options;
    const snapshot = this.#snapshot;
    if (snapshot === null) {
      refuse(response, { status: 503, error: `no snapshot of ${kind.name} yet: the first is being made` });
      return;
    }
    const facts = { etag: `"${printPosition(positionOf(kind, snapshot))}"`, "cache-control": "no-cache" };
    if (knows(request.headers["if-none-match"], facts.etag)) {
      response.writeHead(304, facts).end();
      return;
    }
    const changes = this.#since(knownTo(request));
    const body =
      changes === null
        ? Buffer.concat(await this.#newest(snapshot).body())
        : Buffer.from(changes.map(({ text }) => `${text}\n`).join(""));
    const type = changes === null ? "application/json" : CHANGES;
    response.writeHead(200, { ...facts, "content-type": type, "content-length": body.length }).end(body);
  }

  #newest(snapshot: Whole): PostedBase<Whole, Item> {
    if (this.#base?.position.sequence === snapshot.sequence) return this.#base;
    const { kind, records } = this.#options;
    const base = new PostedBase(kind, snapshot, () => records?.all() ?? recordsOf(kind, snapshot));
    this.#base = base;
    void this.#dropLater(base);
    return base;
  }

  async #dropLater(base: PostedBase<Whole, Item>): Promise<void> {
    await this.#options.clock.sleep(BASE_KEPT_MS, this.#closing.signal);
    if (this.#base === base) this.#base = null;
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const follower: Follower = { response, sent: knownTo(request), isFull: false, isWaiting: false };
    response.writeHead(200, {
      "content-type": EVENT_STREAM,
      "cache-control": "no-cache, no-transform",
      // nginx would collect what is meant to arrive at once.
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    response.on("drain", () => {
      follower.isFull = false;
      this.#offer(follower);
    });
    response.once("close", () => this.#followers.delete(follower));
    this.#followers.add(follower);
    // Where there is nothing to send, the heartbeat says so.
    if (!this.#offer(follower)) response.write(HEARTBEAT);
    void this.#beat();
  }

  /** Sends what is new to one who has taken all before it. */
  #offer(follower: Follower): boolean {
    const snapshot = this.#snapshot;
    if (snapshot === null || follower.isFull || follower.isWaiting) return false;
    const changes = this.#since(follower.sent);
    if (changes === null) {
      void this.#sendBase(follower, this.#base ?? this.#newest(snapshot));
      return true;
    }
    if (changes.length === 0) return false;
    follower.sent = positionOf(this.#options.kind, snapshot);
    follower.isFull = !follower.response.write(changes.map(({ event }) => event).join(""));
    return true;
  }

  /** One event, so that a reader shows no state that was over before. */
  async #sendBase(follower: Follower, base: PostedBase<Whole, Item>): Promise<void> {
    follower.isWaiting = true;
    const data = await base.data();
    follower.isWaiting = false;
    const snapshot = this.#snapshot;
    const changes = this.#since(base.position);
    // Outdated while it was printed, it is sent all the same: where writes are as quick as that, none would ever be.
    follower.sent =
      changes === null || snapshot === null ? base.position : positionOf(this.#options.kind, snapshot);
    if (!follower.response.writable) return;
    for (const part of data) follower.response.write(part);
    const rest = (changes ?? []).map(({ text }) => printData(`\n${text}`)).join("");
    follower.isFull = !follower.response.write(rest + printEventEnd(printPosition(follower.sent)));
    this.#offer(follower);
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    while (this.#followers.size > 0) {
      await this.#options.clock.sleep(HEARTBEAT_MS, this.#closing.signal);
      if (this.#closing.signal.aborted) break;
      for (const follower of this.#followers) {
        const { isFull, isWaiting, response } = follower;
        if (!isFull) follower.isFull = !response.write(isWaiting ? KEEPALIVE : HEARTBEAT);
      }
    }
    this.#isBeating = false;
  }
}

interface Refusal {
  readonly status: number;
  readonly error: string;
}

function refuse(response: ServerResponse, { status, error }: Refusal): void {
  const headers = { "content-type": "application/json", ...(status === 401 ? {} : { "retry-after": "1" }) };
  response.writeHead(status, headers).end(JSON.stringify({ error }));
}

/** Which write the reader has read last; the header is what browsers send. */
function knownTo({ headers, url = "/" }: IncomingMessage): Position | null {
  const since = new URL(url, "http://localhost").searchParams.get("since");
  const lastId = headers["last-event-id"];
  return parsePosition(since ?? (typeof lastId === "string" ? lastId : null));
}

/** Does `If-None-Match` name it? */
function knows(header: string | undefined, etag: string): boolean {
  return (
    header?.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag) ?? false
  );
}
