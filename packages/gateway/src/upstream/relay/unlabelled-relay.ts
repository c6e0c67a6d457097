import type { CutCause } from "../../errors/gateway-error.ts";
import { UpstreamError } from "../upstream-error.ts";
import { BodyRelay } from "./body-relay.ts";
import type { Downstream, ReadError, Relay, RelayResult } from "./relay.ts";
import { StreamRelay } from "./stream-relay.ts";

/** How a line of server-sent events begins. */
const EVENT_LINE = /^(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:/;
const LONGEST_BEGINNING = 16;

const NOTHING_HELD = 0;

/**
 * The answer to a request for a stream that does not call itself events: its first bytes tell what it is. Events are
 * events, whatever they are called; one JSON text is held back whole as ever; all else goes on as it comes.
 */
export class UnlabelledRelay implements Relay {
  readonly #down: Downstream;
  readonly #type: string;
  readonly #readError: ReadError;
  #relay: Relay | null = null;

  constructor(down: Downstream, { type, readError }: { type: string; readError: ReadError }) {
    this.#down = down;
    this.#type = type;
    this.#readError = readError;
  }

  get committed(): boolean {
    return this.#relay?.committed === true;
  }

  data(chunk: Buffer): RelayResult {
    this.#relay ??= this.#recognise(chunk);
    return this.#relay?.data(chunk) ?? noStream();
  }

  onceDrained(listener: () => void): void {
    this.#relay?.onceDrained(listener);
  }

  end(): UpstreamError | null {
    this.#relay ??= this.#openBody();
    return this.#relay === null ? noStream() : this.#relay.end();
  }

  cut(cause: CutCause): void {
    this.#relay?.cut(cause);
  }

  /** Null: it is none, and the app has the head of a stream already. */
  #recognise(first: Buffer): Relay | null {
    if (EVENT_LINE.test(first.toString("latin1", 0, LONGEST_BEGINNING))) {
      this.#down.headers["content-type"] = "text/event-stream; charset=utf-8";
      return new StreamRelay(this.#down, this.#readError);
    }
    return this.#openBody(this.#type === "application/json" ? undefined : NOTHING_HELD);
  }

  #openBody(holdBytes?: number): Relay | null {
    const { outgoing } = this.#down;
    return outgoing.headersSent ? null : new BodyRelay(this.#down, this.#readError, holdBytes);
  }
}

/** No fault of the deployment's: without a heartbeat the app would have had its answer. */
function noStream(): UpstreamError {
  return new UpstreamError("not_openai", { retryable: false, words: "The answer is no stream." });
}
