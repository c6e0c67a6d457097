import { flushAll, transformAll, transformWhole, type BodyTransform } from "../transform/transform.ts";
import { UpstreamError } from "../upstream-error.ts";
import { saysAborted } from "./aborted.ts";
import type { Downstream, Relay, RelayResult } from "./relay.ts";

/** Up to here an answer is held back whole: a backend that dies in the middle of it costs the app nothing. */
const WHOLE_BYTES = 1024 * 1024;

/** Up to here an answer leaves as text, joined to its head. */
const SHORT_BYTES = 8 * 1024;

/** What is played while it comes, so that it is not held back. */
const MEDIA = /^(?:audio|video)\/|^application\/octet-stream\b/i;

/**
 * An answer that is no stream of events: small ones leave in one piece with their length, large ones flow. Where the endpoint
 * has no JSON with a name in it (text, sound), the bytes are not looked into.
 */
export class BodyRelay implements Relay {
  readonly #down: Downstream;
  readonly #transforms: readonly BodyTransform[];
  readonly #isOpaque: boolean;
  #held: Buffer[] = [];
  #size = 0;
  committed = false;

  constructor(down: Downstream) {
    this.#down = down;
    this.#transforms = down.bodyTransforms();
    this.#isOpaque = down.response.model.length === 0;
  }

  data(chunk: Buffer): RelayResult {
    if (this.committed) return this.#write(transformAll(this.#transforms, chunk));
    this.#held.push(chunk);
    this.#size += chunk.length;
    return this.#size <= WHOLE_BYTES && !this.#isMedia() ? "flow" : this.#commit();
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
    if (!this.#isOpaque && saysAborted(body)) return new UpstreamError("draining");
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

  /** Half of it must not look like an answer: the connection breaks. */
  cut(): void {
    this.#down.outgoing.destroy();
  }

  #isMedia(): boolean {
    return this.#isOpaque && MEDIA.test(this.#down.headers["content-type"] ?? "");
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
