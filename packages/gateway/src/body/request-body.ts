import { freeNow } from "./free-now.ts";

const EMPTY = Buffer.alloc(0);

/** A request's body, held until nobody needs it again. */
export class RequestBody {
  #bytes: Buffer;
  readonly #onFreed: () => void;
  #readers = 0;
  #isReleased = false;

  /** `bytes`: nobody else's. `onFreed`, called once, gives back the memory that was accounted for it. */
  constructor(bytes: Buffer, onFreed: () => void) {
    this.#bytes = bytes;
    this.#onFreed = onFreed;
  }

  get bytes(): Buffer {
    return this.#isReleased ? EMPTY : this.#bytes;
  }

  /** A socket writes out of it, until `giveBack`: a release waits for that. */
  lend(): void {
    this.#readers += 1;
  }

  giveBack(): void {
    this.#readers -= 1;
    if (this.#isReleased) this.#free();
  }

  /** The copy is not needed any more. May be called again. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#free();
  }

  #free(): void {
    if (this.#readers > 0) return;
    freeNow(this.#bytes);
    this.#bytes = EMPTY;
    this.#onFreed();
  }
}
