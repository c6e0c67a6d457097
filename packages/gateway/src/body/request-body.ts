const EMPTY = Buffer.alloc(0);

/** A request's body, held until nobody needs it again. */
export class RequestBody {
  #bytes: Buffer;
  readonly #onRelease: () => void;

  /** `onRelease` gives back the memory that was accounted for it. */
  constructor(bytes: Buffer, onRelease: () => void) {
    this.#bytes = bytes;
    this.#onRelease = onRelease;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The copy is not needed any more. May be called again. */
  release(): void {
    this.#bytes = EMPTY;
    this.#onRelease();
  }
}
