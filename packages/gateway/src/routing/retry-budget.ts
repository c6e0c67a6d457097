/** A fifth of all requests may be asked again. */
const PER_REQUEST = 0.2;

/** So many may be at once, so that a backend that dies under load costs nothing: then its breaker is open. */
const BURST = 100;

/** Keeps retries from making an overload worse: each costs one, each request earns a fifth. */
export class RetryBudget {
  #left = BURST;

  earn(): void {
    this.#left = Math.min(BURST, this.#left + PER_REQUEST);
  }

  /** False: no more retries for now. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  get left(): number {
    return this.#left;
  }
}
