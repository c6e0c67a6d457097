import type { CutCause } from "../errors/gateway-error.ts";
import { toOpenAi } from "../errors/to-openai.ts";
import { isOpening, saysAborted } from "./aborted.ts";
import { EventFrames } from "./event-frames.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Downstream, Relay } from "./relay.ts";
import { Restamper } from "./restamp.ts";

/**
 * Server-sent events: whole events, each with the alias in place of the upstream's name. The status leaves with the first
 * event that carries something, since vLLM says 200 before it knows whether it can.
 */
export class StreamRelay implements Relay {
  readonly #down: Downstream;
  readonly #frames = new EventFrames();
  readonly #restamper: Restamper;
  readonly #inspectFirst: (event: Buffer) => void;
  #opening: Buffer | null = null;
  committed = false;

  /** `inspectFirst` throws where the first event is a refusal: then nothing was sent yet. */
  constructor(down: Downstream, inspectFirst: (event: Buffer) => void) {
    this.#down = down;
    this.#restamper = new Restamper(down.alias);
    this.#inspectFirst = inspectFirst;
  }

  data(chunk: Buffer): boolean {
    const events = this.#frames.push(chunk);
    if (this.#frames.overflowing) throw new Error("an event has no end");
    return events === null ? true : this.#send(events);
  }

  end(): void {
    const rest = this.#frames.flush();
    if (rest !== null) this.#send(rest);
    this.#commit();
    this.#down.outgoing.end(this.#restamper.flush());
  }

  cut(cause: CutCause): void {
    const { error } = toOpenAi({ kind: "upstream_cut", model: this.#down.alias, cause });
    this.#down.outgoing.end(`data: ${JSON.stringify({ error })}\n\n`);
  }

  #send(events: Buffer): boolean {
    if (saysAborted(events)) throw new UpstreamFailure({ reason: "draining", retryable: true });
    if (!this.committed) {
      this.#inspectFirst(events);
      if (this.#opening === null && isOpening(events)) {
        this.#opening = events;
        return true;
      }
    }
    this.#commit();
    return this.#down.outgoing.write(this.#restamper.push(events));
  }

  #commit(): void {
    if (this.committed) return;
    this.committed = true;
    const { outgoing, status, headers } = this.#down;
    outgoing.writeHead(status, headers);
    this.#down.onCommit();
    if (this.#opening !== null) outgoing.write(this.#restamper.push(this.#opening));
  }
}
