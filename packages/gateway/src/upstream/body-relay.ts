import { saysAborted } from "./aborted.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Downstream, Relay } from "./relay.ts";
import { Restamper } from "./restamp.ts";

/** Up to here an answer is held back whole: a backend that dies in the middle of it costs the app nothing. */
const WHOLE_BYTES = 1024 * 1024;

/** Up to here an answer leaves as text, joined to its head. */
const SHORT_BYTES = 8 * 1024;

/** A JSON answer: small ones leave in one piece with their length, large ones flow. */
export class BodyRelay implements Relay {
  readonly #down: Downstream;
  readonly #restamper: Restamper;
  #held: Buffer[] = [];
  #size = 0;
  committed = false;

  constructor(down: Downstream) {
    this.#down = down;
    this.#restamper = new Restamper(down.alias);
  }

  data(chunk: Buffer): boolean {
    const parts = this.#restamper.push(chunk);
    if (this.committed) return this.#write(parts);
    for (const part of parts) {
      this.#held.push(part);
      this.#size += part.length;
    }
    return this.#size <= WHOLE_BYTES ? true : this.#commit();
  }

  onceDrained(listener: () => void): void {
    this.#down.outgoing.once("drain", listener);
  }

  end(): void {
    const rest = this.#restamper.flush();
    if (this.committed) {
      this.#down.outgoing.end(rest);
      return;
    }
    if (rest.length > 0) this.#held.push(rest);
    const [only] = this.#held;
    const body = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    if (saysAborted(body)) throw new UpstreamFailure({ reason: "draining", retryable: true });
    const { outgoing, status, headers } = this.#down;
    headers["content-length"] = String(body.length);
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.onCommit();
    // As latin1, in which every byte is a character: node:http joins text to its head, where bytes would be a second piece.
    if (body.length <= SHORT_BYTES) outgoing.end(body.toString("latin1"), "latin1");
    else outgoing.end(body);
  }

  /** Half a JSON text must not look like an answer: the connection breaks. */
  cut(): void {
    this.#down.outgoing.destroy();
  }

  #commit(): boolean {
    const { outgoing, status, headers } = this.#down;
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.onCommit();
    const held = this.#held;
    this.#held = [];
    return this.#write(held);
  }

  #write(parts: readonly Buffer[]): boolean {
    let flows = true;
    for (const part of parts) flows = this.#down.outgoing.write(part);
    return flows;
  }
}
