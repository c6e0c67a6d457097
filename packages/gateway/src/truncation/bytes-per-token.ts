/** Before anything is learned. Code and prose have 3 to 5 bytes a token, CJK 2 to 5, base64 1 to 2. */
export const INITIAL_RATIO = 6;

/** Learning goes no further, so that a change of what an alias is used for is no fault of its server. */
const LOWEST_RATIO = 4.5;
const HIGHEST_RATIO = 10;

/** Up fast and down slowly: it stays near the highest that are usual. */
const UP = 0.2;
const DOWN = 0.02;

/** Of the usual ratio: before anything is learned, how fast it follows, and what no text is beyond. */
const INITIAL_USUAL = 4;
const USUAL_WEIGHT = 0.1;
const LOWEST_USUAL = 1.5;

/** What answers have shown of each alias: one tokenizer, and one kind of text as a rule. */
export class BytesPerToken {
  readonly #byAlias = new Map<string, number>();
  readonly #usual = new Map<string, number>();

  /** At most. */
  of(alias: string): number {
    return this.#byAlias.get(alias) ?? INITIAL_RATIO;
  }

  /** As a rule, for estimates. */
  usual(alias: string): number {
    return this.#usual.get(alias) ?? INITIAL_USUAL;
  }

  learn(alias: string, sample: number): void {
    this.#byAlias.set(alias, learnRatio(this.of(alias), sample));
    const usual = this.usual(alias);
    const next = usual + USUAL_WEIGHT * (sample - usual);
    this.#usual.set(alias, Math.min(HIGHEST_RATIO, Math.max(LOWEST_USUAL, next)));
  }
}

/** How many bytes of prompt a token of an alias stands for at most, after one more answer with nothing conspicuous. */
export function learnRatio(known: number, sample: number): number {
  const next = known + (sample > known ? UP : DOWN) * (sample - known);
  return Math.min(HIGHEST_RATIO, Math.max(LOWEST_RATIO, next));
}
