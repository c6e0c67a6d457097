import type { IncomingMessage, ServerResponse } from "node:http";
import { printSnapshot, type Snapshot } from "@rollcall/contract";
import type { Clock } from "./clock.ts";
import { BEAT, printEvent } from "./event-stream.ts";
import type { SnapshotWriter } from "./ports.ts";

/** A reader that hears nothing for so long may call its connection dead. */
export const BEAT_MS = 500;

/** More than any number of gateways: what each may hold back is a snapshot. */
const MAX_READERS = 256;

/** Whoever takes nothing for so long is gone, or might as well be. */
const STUCK_MS = 30_000;

export interface HttpWriterOptions {
  readonly clock: Clock;
  readonly maxReaders?: number;
  readonly stuckMs?: number;
}

/** Printed once, when somebody first asks for it, however many do. */
class Posted {
  readonly id: string;
  readonly #snapshot: Snapshot;
  #text: string | null = null;
  #body: Buffer | null = null;
  #event: Buffer | null = null;

  constructor(snapshot: Snapshot) {
    this.id = `${snapshot.prober.instance}-${snapshot.sequence}`;
    this.#snapshot = snapshot;
  }

  get body(): Buffer {
    this.#body ??= Buffer.from(this.#print());
    return this.#body;
  }

  get event(): Buffer {
    this.#event ??= Buffer.from(printEvent(this.id, this.#print()));
    return this.#event;
  }

  #print(): string {
    this.#text ??= printSnapshot(this.#snapshot);
    return this.#text;
  }
}

interface Follower {
  readonly response: ServerResponse;
  sentId: string;
  /** It has not taken what it was sent; what comes meanwhile it will miss, but for the newest. */
  full: boolean;
}

/**
 * Holds the newest snapshot and answers those who ask for it: as JSON with an ETag, or as a stream of server-sent events,
 * one for each snapshot and a beat in between. Knows no permissions: whoever mounts it asks for the key.
 */
export class HttpSnapshotWriter implements SnapshotWriter {
  readonly #clock: Clock;
  readonly #maxReaders: number;
  readonly #stuckMs: number;
  readonly #followers = new Set<Follower>();
  readonly #closing = new AbortController();
  #posted: Posted | null = null;
  #readers = 0;
  #beating = false;

  constructor({ clock, maxReaders = MAX_READERS, stuckMs = STUCK_MS }: HttpWriterOptions) {
    this.#clock = clock;
    this.#maxReaders = maxReaders;
    this.#stuckMs = stuckMs;
  }

  async write(snapshot: Snapshot): Promise<void> {
    this.#posted = new Posted(snapshot);
    for (const follower of this.#followers) this.#offer(follower);
  }

  /** Ends the streams; what was written can still be asked for. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { response } of this.#followers) response.end();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#readers >= this.#maxReaders) {
      refuse(response, { status: 429, error: "too many readers of the snapshot at once" });
      return;
    }
    this.#readers += 1;
    response.once("close", () => (this.#readers -= 1));
    response.setTimeout(this.#stuckMs, () => response.destroy());
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? "")) this.#stream(request, response);
    else this.#answerOnce(request, response);
  }

  #answerOnce(request: IncomingMessage, response: ServerResponse): void {
    const posted = this.#posted;
    if (posted === null) {
      refuse(response, { status: 503, error: "no snapshot yet: the first roll call is not over" });
      return;
    }
    const facts = { etag: `"${posted.id}"`, "cache-control": "no-cache" };
    if (knows(request.headers["if-none-match"], facts.etag)) {
      response.writeHead(304, facts).end();
      return;
    }
    const length = { "content-type": "application/json", "content-length": posted.body.length };
    response.writeHead(200, { ...facts, ...length }).end(posted.body);
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const sentId = request.headers["last-event-id"];
    const follower = { response, sentId: typeof sentId === "string" ? sentId : "", full: false };
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      // nginx would collect what is meant to arrive at once.
      "x-accel-buffering": "no",
    });
    response.on("drain", () => {
      follower.full = false;
      this.#offer(follower);
    });
    response.once("close", () => this.#followers.delete(follower));
    this.#followers.add(follower);
    // Where there is nothing to send, the beat says so.
    if (!this.#offer(follower)) response.write(BEAT);
    void this.#beat();
  }

  /** Sends the newest to one who has taken all before it. */
  #offer(follower: Follower): boolean {
    const posted = this.#posted;
    if (posted === null || follower.full || follower.sentId === posted.id) return false;
    follower.sentId = posted.id;
    follower.full = !follower.response.write(posted.event);
    return true;
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    while (this.#followers.size > 0) {
      await this.#clock.sleep(BEAT_MS, this.#closing.signal);
      if (this.#closing.signal.aborted) break;
      for (const follower of this.#followers) {
        if (!follower.full) follower.full = !follower.response.write(BEAT);
      }
    }
    this.#beating = false;
  }
}

interface Refusal {
  readonly status: number;
  readonly error: string;
}

function refuse(response: ServerResponse, { status, error }: Refusal): void {
  const headers = { "content-type": "application/json", "retry-after": "1" };
  response.writeHead(status, headers).end(JSON.stringify({ error }));
}

/** Does `If-None-Match` name it? */
function knows(header: string | undefined, etag: string): boolean {
  return (
    header?.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag) ?? false
  );
}
