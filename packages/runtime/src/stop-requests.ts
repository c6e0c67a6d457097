/** One Ctrl-C may reach a process twice: from the terminal, and from npm, which passes it on. */
const SAME_KEY_MS = 500;

/** Tells a second wish to stop from the same key press that arrives twice. */
export class StopRequests {
  #firstAt: number | null = null;

  /** `now` is in monotonic milliseconds. */
  receive(now: number): "first" | "duplicate" | "again" {
    if (this.#firstAt === null) {
      this.#firstAt = now;
      return "first";
    }
    return now - this.#firstAt > SAME_KEY_MS ? "again" : "duplicate";
  }
}
