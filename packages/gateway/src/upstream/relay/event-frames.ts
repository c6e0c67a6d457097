const LF = 0x0a;
const CRLF_CRLF = Buffer.from("\r\n\r\n");
const LF_LF = Buffer.from("\n\n");

const EMPTY = Buffer.alloc(0);

/** So much of an end can stand before the chunk that completes it. */
const SEAM = CRLF_CRLF.length - 1;

/** No event is larger; a backend that sends more without an end is broken. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/**
 * Lets only whole server-sent events through, so that a cut never leaves half an event with the client. vLLM writes one
 * event a chunk, so as a rule the chunk passes as it is.
 */
export class EventFrames {
  #held: Buffer[] = [];
  #size = 0;
  /** The last bytes held: an end may have begun in them. */
  #seam: Buffer = EMPTY;

  /** The whole events known so far, or null where there is none yet. */
  push(chunk: Buffer): Buffer | null {
    if (this.#size === 0 && endsEvent(chunk)) return chunk;
    // Looked for only where something is new: a long event in many chunks is not searched again with each of them.
    const fresh = this.#size === 0 ? chunk : Buffer.concat([this.#seam, chunk]);
    const end = lastEventEnd(fresh);
    if (end === 0) {
      this.#held.push(chunk);
      this.#size += chunk.length;
      this.#seam = fresh.subarray(-SEAM);
      return null;
    }
    const bytes = Buffer.concat([...this.#held, chunk]);
    this.#restart(fresh.subarray(end));
    return bytes.subarray(0, bytes.length - this.#size);
  }

  get overflowing(): boolean {
    return this.#size > MAX_EVENT_BYTES;
  }

  /** What is left at a clean end: some servers leave out the last blank line. */
  flush(): Buffer | null {
    const rest = this.#size === 0 ? null : Buffer.concat(this.#held);
    this.#restart(EMPTY);
    return rest;
  }

  #restart(held: Buffer): void {
    this.#held = [held];
    this.#size = held.length;
    this.#seam = held.subarray(-SEAM);
  }
}

function endsEvent(bytes: Buffer): boolean {
  const { length } = bytes;
  return (
    bytes[length - 1] === LF &&
    (bytes[length - 2] === LF || (bytes[length - 3] === LF && bytes[length - 2] === 0x0d))
  );
}

function lastEventEnd(bytes: Buffer): number {
  const plain = bytes.lastIndexOf(LF_LF);
  const dos = bytes.lastIndexOf(CRLF_CRLF);
  return Math.max(plain === -1 ? 0 : plain + 2, dos === -1 ? 0 : dos + 4);
}
