import { flushAll, transformAll, transformWhole, type BodyTransform } from "../transform/transform.ts";
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
  readonly #transforms: readonly BodyTransform[];
  readonly #holdBytes: number;
  #held: Buffer[] = [];
  #size = 0;
  committed = false;

  constructor(down: Downstream, holdBytes = WHOLE_BYTES) {
    this.#down = down;
    this.#holdBytes = holdBytes;
    this.#transforms = down.bodyTransforms();
  }

  data(chunk: Buffer): RelayResult {
    if (this.committed) return this.#write(transformAll(this.#transforms, chunk));
    this.#held.push(chunk);
    this.#size += chunk.length;
    return this.#size <= this.#holdBytes ? "flow" : this.#commit();
  }

  onceDrained(listener: () => void): void {
    this.#down.outgoing.once("drain", listener);
  }

  end(): UpstreamError | null {
    if (this.committed) {
      this.#write(flushAll(this.#transforms));
      this.#down.outgoing.end();
      return null;
    }
    const body = joined(transformWhole(this.#transforms, joined(this.#held)));
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

  #commit(): RelayResult {
    const { outgoing, status, headers } = this.#down;
    outgoing.writeHead(status, headers);
    this.committed = true;
    this.#down.firstByte();
    const held = this.#held;
    this.#held = [];
    return this.#write(held.flatMap((chunk) => transformAll(this.#transforms, chunk)));
  }

  #write(parts: readonly Buffer[]): RelayResult {
    let flows = true;
    for (const part of parts) flows = this.#down.outgoing.write(part);
    return flows ? "flow" : "pause";
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
