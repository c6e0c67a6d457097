/** A lease covers what its holder uses in this time, so that a restart of the ledger is not felt. */
const COVERED_S = 15;

/** What a holder asks the ledger for one scope, one question at a time, and how much it is used to need. */
export class Inquiry {
  /** Of the question under way; 0: none. */
  id = 0;
  /** No question before this moment: after a refusal they are paced, and who comes meanwhile waits for the next. */
  notBefore = 0;
  /** A call at `notBefore` is under way. */
  isPaced = false;
  #perSecond = 0;
  #since: number;
  #admitted = 0;

  constructor(now: number) {
    this.#since = now;
  }

  /** Requests a minute, as it was lately. */
  get perMinute(): number {
    return this.#perSecond * 60;
  }

  admitted(count: number): void {
    this.#admitted += count;
  }

  /** How many tokens would last for a while: a rise counts at once, a fall by half each time. */
  wanted(now: number): number {
    const seconds = Math.max(1, (now - this.#since) / 1_000);
    const latest = this.#admitted / seconds;
    this.#perSecond = Math.max(latest, (this.#perSecond + latest) / 2);
    this.#since = now;
    this.#admitted = 0;
    return Math.ceil(this.#perSecond * COVERED_S);
  }
}
