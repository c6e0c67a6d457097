const WORDS = (
  "the model answers with words that are made up from a seed and mean nothing at all but look like a short " +
  "sentence so every token can be told apart when it is counted on its way through a server"
).split(" ");

/** The n-th token of an answer: a word, with the space before it that tokenizers keep. */
export function tokenAt(seed: number, index: number): string {
  let mixed = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  const word = wordOf(mixed >>> 0);
  return index === 0 ? word : ` ${word}`;
}

export function wordOf(number: number): string {
  return WORDS[number % WORDS.length] ?? "";
}
