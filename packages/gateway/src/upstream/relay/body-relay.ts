import { flushAll, transformAll, type Transform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { saysAborted } from "./aborted.ts";
import type { Downstream, Relay, RelayResult } from "./relay.ts";

/** Up to here an answer is held back whole: a backend that dies in the middle of it costs the app nothing. */
const WHOLE_BYTES = 1024 * 1024;

/** Up to here an answer leaves as text, joined to its head. */
const SHORT_BYTES = 8 * 1024;

/** A JSON answer: small ones leave in one piece with their length, large ones flow. */
export class BodyRelay implements Relay {
  readonly #down: Downstream;
  readonly #transforms: readonly Transform[];
  #held: Buffer[] = [];
  #size = 0;
  committed = false;

  constructor(down: Downstream) {
    this.#down = down;
    this.#transforms = down.transforms(false);
  }

  data(chunk: Buffer): RelayResult {
    const parts = transformAll(this.#transforms, chunk);
    if (this.committed) return this.#write(parts);
    this.#hold(parts);
    return this.#size <= WHOLE_BYTES ? "flow" : this.#commit();
  }

  onceDrained(listener: () => void): void {
    this.#down.outgoing.once("drain", listener);
  }

  end(): UpstreamError | null {
    const rest = flushAll(this.#transforms);
    if (this.committed) {
      this.#write(rest);
      this.#down.outgoing.end();
      return null;
    }
    this.#hold(rest);
    const [only] = this.#held;
    const body = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    if (saysAborted(body)) return new UpstreamError("draining");
    const { outgoing, status, headers } = this.#down;
    headers["content-length"] = String(body.length);
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.firstByte();
    // As latin1, in which every byte is a character: node:http joins text to its head, where bytes would be a second piece.
    if (body.length <= SHORT_BYTES) outgoing.end(body.toString("latin1"), "latin1");
    else outgoing.end(body);
    return null;
  }

  /** Half a JSON text must not look like an answer: the connection breaks. */
  cut(): void {
    this.#down.outgoing.destroy();
  }

  #hold(parts: readonly Buffer[]): void {
    for (const part of parts) {
      this.#held.push(part);
      this.#size += part.length;
    }
  }

  #commit(): RelayResult {
    const { outgoing, status, headers } = this.#down;
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.firstByte();
    const held = this.#held;
    this.#held = [];
    return this.#write(held);
  }

  #write(parts: readonly Buffer[]): RelayResult {
    let flows = true;
    for (const part of parts) flows = this.#down.outgoing.write(part);
    return flows ? "flow" : "pause";
  }
}
