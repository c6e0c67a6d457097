/** Looks for the event that ends a stream of named events, by its name in the data, where every server repeats it. */
export class TerminalEvents {
  readonly #marks: readonly Buffer[];
  #seen = false;

  constructor(names: readonly string[]) {
    this.#marks = names.map((name) => Buffer.from(JSON.stringify(name)));
  }

  get seen(): boolean {
    return this.#seen;
  }

  look(events: Buffer): void {
    for (const mark of this.#marks) if (events.includes(mark)) this.#seen = true;
  }
}
