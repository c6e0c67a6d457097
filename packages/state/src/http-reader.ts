import { backOffMs } from "./back-off.ts";
import type { Clock } from "./clock.ts";
import { EventStream } from "./event-stream.ts";
import { HttpConnection } from "./http-connection.ts";
import { Intake, MAX_BYTES } from "./intake.ts";
import type { SnapshotListener, SnapshotReader } from "./ports.ts";

/** As often as the file is looked at. */
const POLL_MS = 500;

/** Where streams do not come through they are tried again after so long: a proxy may have been set right. */
const STREAM_AGAIN_MS = 60_000;

/** A stream that ends sooner counts as a failure: it is not opened again at once, again and again. */
const SHORT_LIVED_MS = 2_000;

export interface HttpReaderOptions {
  /** Where the prober is reached: `http://host:4001`. */
  readonly origin: string;
  /** The master key of now, asked for at each connection; null where there is none. */
  readonly key: () => string | null;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  readonly pollMs?: number;
  readonly maxBytes?: number;
}

/**
 * How a connection went. `answered`: the prober said what there is. `failed`: nothing of use came. `no stream`: it may
 * live, but its stream does not come through.
 */
type Outcome = "answered" | "failed" | "no stream";

/**
 * Follows what an HttpSnapshotWriter holds: by its stream of events, and by asking now and then where streams do not come
 * through, as behind a proxy that collects them. Faults are told as status and error codes, without host and key.
 */
export class HttpSnapshotReader implements SnapshotReader {
  readonly #options: HttpReaderOptions;
  readonly #maxBytes: number;
  readonly #url: URL;
  readonly #closing = new AbortController();
  #intake: Intake | null = null;
  #running: Promise<void> | null = null;
  /** Names the last good snapshot to the prober, so that it does not send it again. */
  #id = "";

  constructor(options: HttpReaderOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#url = new URL("/state", options.origin);
  }

  start(listener: SnapshotListener): Promise<void> {
    const intake = new Intake(listener);
    this.#intake = intake;
    return new Promise((resolve) => {
      this.#running = this.#run(intake, resolve).finally(resolve);
    });
  }

  async close(): Promise<void> {
    this.#intake?.close();
    this.#closing.abort();
    await this.#running;
  }

  /** `told`: called, perhaps often, once it is known what is there. */
  async #run(intake: Intake, told: () => void): Promise<void> {
    const { clock, pollMs = POLL_MS, random } = this.#options;
    let failures = 0;
    let streamAgainAt = 0;
    while (!intake.closed) {
      const began = clock.now();
      const streams = began >= streamAgainAt;
      const outcome = streams ? await this.#follow(intake, told) : await this.#ask(intake);
      if (outcome === "no stream") {
        streamAgainAt = clock.now() + STREAM_AGAIN_MS;
        continue;
      }
      told();
      // What fails when it is asked for may as well be streamed again.
      if (outcome === "failed") streamAgainAt = 0;
      const well = outcome === "answered" && (!streams || clock.now() - began >= SHORT_LIVED_MS);
      failures = well ? 0 : failures + 1;
      const pauseMs = well && !streams ? pollMs : backOffMs(failures, random);
      await clock.sleep(pauseMs, this.#closing.signal);
    }
  }

  async #follow(intake: Intake, told: () => void): Promise<Outcome> {
    const connection = this.#connect();
    const stream = new EventStream();
    // Half an event is half a snapshot.
    const ended = (): Outcome => {
      if (stream.pending > 0) intake.complain(`broke off after ${stream.pending} characters: torn`);
      return "answered";
    };
    try {
      const known: Record<string, string> = this.#id === "" ? {} : { "last-event-id": this.#id };
      const response = await connection.get({ accept: "text/event-stream", ...known });
      const { statusCode = 0, headers } = response;
      // Too many streams, or something in between that knows none.
      if (statusCode === 429) return "no stream";
      if (statusCode !== 200) return refused(statusCode, intake);
      if (!(headers["content-type"] ?? "").startsWith("text/event-stream")) return "no stream";
      for await (const piece of connection.read(response)) {
        for (const event of stream.read(piece)) {
          if (event !== null) await this.#take(intake, event.id, event.data);
          told();
        }
        if (stream.pending > this.#maxBytes) return this.#tooLarge(intake);
      }
      return ended();
    } catch (fault) {
      if (connection.wasSilent) return "no stream";
      return connection.answered ? ended() : broken(fault, intake);
    } finally {
      connection.end();
    }
  }

  async #ask(intake: Intake): Promise<Outcome> {
    const connection = this.#connect();
    try {
      const known: Record<string, string> = this.#id === "" ? {} : { "if-none-match": `"${this.#id}"` };
      const response = await connection.get({ accept: "application/json", ...known });
      const { statusCode = 0, headers } = response;
      if (statusCode === 304) return "answered";
      if (statusCode !== 200) return refused(statusCode, intake);
      const pieces: string[] = [];
      let length = 0;
      for await (const piece of connection.read(response)) {
        pieces.push(piece);
        length += piece.length;
        if (length > this.#maxBytes) return this.#tooLarge(intake);
      }
      await this.#take(intake, headers.etag ?? "", pieces.join(""));
      return "answered";
    } catch (fault) {
      if (!connection.wasSilent) return broken(fault, intake);
      intake.complain("no answer in time");
      return "failed";
    } finally {
      connection.end();
    }
  }

  #connect(): HttpConnection {
    const { clock, key } = this.#options;
    return new HttpConnection(this.#url, { clock, key: key(), closing: this.#closing.signal });
  }

  #tooLarge(intake: Intake): Outcome {
    intake.complain(`more than ${this.#maxBytes} characters`);
    return "failed";
  }

  async #take(intake: Intake, id: string, text: string): Promise<void> {
    // It goes back as a header, so that it must be fit for one.
    const name = /^(?:W\/)?"?([\w.-]+)"?$/.exec(id)?.[1] ?? "";
    if (await intake.take(text)) this.#id = name;
  }
}

function refused(status: number, intake: Intake): Outcome {
  // Its first roll call is not over: there is nothing to complain of.
  if (status === 503) return "answered";
  intake.complain(status === 401 ? "answered 401: it refuses the master key" : `answered ${status}`);
  return "failed";
}

function broken(fault: unknown, intake: Intake): Outcome {
  intake.complain((fault as NodeJS.ErrnoException).code ?? "unreachable");
  return "failed";
}
