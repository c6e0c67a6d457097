import type { Call } from "./call.ts";
import type { Run } from "./engine.ts";
import { pauseInEngine, untilStepping } from "./interruption.ts";

/** Waits between tokens as the settings say; a new speed holds from the next token on. */
export class Pace {
  #call: Call;
  #run: Run;
  #due: number;

  constructor(call: Call, run: Run) {
    this.#call = call;
    this.#run = run;
    this.#due = performance.now();
  }

  async first(): Promise<void> {
    await untilStepping(this.#call, this.#run);
    const { firstTokenMs } = this.#call.backend.settings;
    if (firstTokenMs > 0) await pauseInEngine(this.#call, firstTokenMs);
    await untilStepping(this.#call, this.#run);
    this.#due = performance.now();
  }

  /** Counted from the token before, not from the moment of asking, so that delays do not add up. */
  async next(): Promise<void> {
    const { tokensPerSecond } = this.#call.backend.settings;
    if (tokensPerSecond <= 0) await this.#call.exchange.turn();
    else {
      this.#due += 1000 / tokensPerSecond;
      const wait = this.#due - performance.now();
      // A timer cannot be shorter than a millisecond.
      await (wait < 1 ? this.#call.exchange.turn() : pauseInEngine(this.#call, wait));
    }
    await untilStepping(this.#call, this.#run);
  }

  /** The time that many tokens take, for answers that are sent whole. */
  async whole(tokens: number): Promise<void> {
    const { tokensPerSecond } = this.#call.backend.settings;
    await this.first();
    if (tokensPerSecond > 0) await pauseInEngine(this.#call, (tokens * 1000) / tokensPerSecond);
    await untilStepping(this.#call, this.#run);
  }
}
