import { ByteEdits } from "./byte-edits.ts";
import { JsonNameScanner } from "./json-name-scanner.ts";
import type { BodyTransform } from "./transform.ts";
import { endOfLastMark, type NamePaths } from "./name-paths.ts";

const EMPTY = Buffer.alloc(0);

/** An answer that is one JSON text: in pieces cut anywhere, or whole, which is faster. */
export class BodyNameRewriter implements BodyTransform {
  readonly #marks: readonly Buffer[];
  readonly #scanner: JsonNameScanner;

  /** `name`: what is written in place of each name, as JSON. */
  constructor(name: Buffer, paths: NamePaths) {
    this.#marks = paths.marks;
    this.#scanner = new JsonNameScanner(paths, name);
  }

  push(bytes: Buffer): Buffer[] {
    const edits = new ByteEdits(bytes);
    this.#scanner.scan(edits, 0, bytes.length);
    return edits.take(bytes.length);
  }

  /** All of the answer at once, in place of `push`: behind the last key that may be a name's nothing needs to be scanned. */
  rewriteWhole(bytes: Buffer): Buffer[] {
    const edits = new ByteEdits(bytes);
    const end = endOfLastMark(this.#marks, bytes);
    if (end !== -1) {
      this.#scanner.scan(edits, 0, end);
      this.#scanner.scanValue(edits, end, bytes.length);
    }
    return edits.take(bytes.length);
  }

  /** Nothing: a name's replacement leaves when the name begins. */
  flush(): Buffer {
    return EMPTY;
  }
}
