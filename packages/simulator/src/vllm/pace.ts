import type { Call } from "./call.ts";

/** Waits between tokens as the settings say; a new speed holds from the next token on. */
export class Pace {
  #call: Call;
  #due: number;

  constructor(call: Call) {
    this.#call = call;
    this.#due = performance.now();
  }

  async first(): Promise<void> {
    const { firstTokenMs } = this.#call.backend.settings;
    if (firstTokenMs > 0) await this.#call.exchange.pause(firstTokenMs);
    this.#due = performance.now();
  }

  /** Counted from the token before, not from the moment of asking, so that delays do not add up. */
  next(): Promise<void> {
    const { tokensPerSecond } = this.#call.backend.settings;
    if (tokensPerSecond <= 0) return this.#call.exchange.turn();
    this.#due += 1000 / tokensPerSecond;
    const wait = this.#due - performance.now();
    // A timer cannot be shorter than a millisecond.
    return wait < 1 ? this.#call.exchange.turn() : this.#call.exchange.pause(wait);
  }

  /** The time that many tokens take, for answers that are sent whole. */
  async whole(tokens: number): Promise<void> {
    const { tokensPerSecond } = this.#call.backend.settings;
    await this.first();
    if (tokensPerSecond > 0) await this.#call.exchange.pause((tokens * 1000) / tokensPerSecond);
  }
}
