import type { CutCause } from "../../errors/gateway-error.ts";
import { UpstreamError } from "../upstream-error.ts";
import { BodyRelay } from "./body-relay.ts";
import type { Downstream, ReadError, Relay, RelayResult } from "./relay.ts";
import { StreamRelay } from "./stream-relay.ts";

/** How a line of server-sent events begins. */
const EVENT_LINE = /^(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:/;
const LONGEST_BEGINNING = 16;

/** How lines of JSON begin. */
const JSON_LINE = /^\s*[{[]/;

const NOTHING_HELD = 0;

/**
 * The answer to a request for a stream that does not call itself events: its first bytes tell what it is. Events are
 * events, whatever they are called; lines of JSON go on as they come, unless the first is an error; one JSON text, and
 * what is no answer such as a page, is held back whole as ever.
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
    if (this.#relay === null) {
      const relay = this.#recognise(chunk);
      if (relay instanceof UpstreamError) return relay;
      this.#relay = relay;
    }
    return this.#relay.data(chunk);
  }

  onceDrained(listener: () => void): void {
    this.#relay?.onceDrained(listener);
  }

  end(): UpstreamError | null {
    const relay = this.#relay ?? this.#openBody();
    return relay instanceof UpstreamError ? relay : relay.end();
  }

  cut(cause: CutCause): void {
    this.#relay?.cut(cause);
  }

  #recognise(first: Buffer): Relay | UpstreamError {
    const beginning = first.toString("latin1", 0, LONGEST_BEGINNING);
    if (EVENT_LINE.test(beginning)) {
      this.#down.headers["content-type"] = "text/event-stream; charset=utf-8";
      return new StreamRelay(this.#down, this.#readError);
    }
    if (this.#down.marks.isOpaque) return this.#openBody(NOTHING_HELD);
    if (this.#type === "application/json" || !JSON_LINE.test(beginning)) return this.#openBody();
    const [line = ""] = first.toString("utf8").trimStart().split("\n", 1);
    return this.#readError(line) ?? this.#openBody(NOTHING_HELD);
  }

  /** An error where the app has the head of a stream already. */
  #openBody(holdBytes?: number): Relay | UpstreamError {
    return this.#down.outgoing.headersSent
      ? noStream()
      : new BodyRelay(this.#down, this.#readError, holdBytes);
  }
}

/** No fault of the deployment's: without a heartbeat the app would have had its answer. */
function noStream(): UpstreamError {
  return new UpstreamError("not_openai", { retryable: false, words: "The answer is no stream." });
}
