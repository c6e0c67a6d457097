import type { BodyTransform } from "./transform.ts";

const EMPTY = Buffer.alloc(0);

/** What has to be seen whole: nothing leaves before its end. */
export abstract class Gathered implements BodyTransform {
  readonly #pieces: Buffer[] = [];

  push(bytes: Buffer): readonly Buffer[] {
    // Copied: it may stand in a buffer that the next piece is read into.
    this.#pieces.push(Buffer.from(bytes));
    return [];
  }

  flush(): Buffer {
    return this.#pieces.length === 0 ? EMPTY : Buffer.concat(this.rewriteWhole(Buffer.concat(this.#pieces)));
  }

  abstract rewriteWhole(body: Buffer): readonly Buffer[];
}
