/** Questions to another process, joined to their answers by numbers. */
export class Questions<Answer> {
  readonly #open = new Map<number, (answer: Answer) => void>();
  #count = 0;

  /** Resolves once it is answered. */
  ask(send: (id: number) => void): Promise<Answer> {
    this.#count += 1;
    const id = this.#count;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#open.set(id, resolve);
    send(id);
    return promise.finally(() => this.#open.delete(id));
  }

  answer(id: number, answer: Answer): void {
    this.#open.get(id)?.(answer);
  }

  /** Nobody will answer any more. */
  answerAll(answer: Answer): void {
    for (const give of this.#open.values()) give(answer);
  }
}
