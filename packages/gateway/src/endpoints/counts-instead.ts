import { countInput, countMessages, type Countable } from "../tokens/counted-of.ts";

/** How an endpoint that only counts tokens is answered where no server of the alias has it. */
export interface CountInstead {
  /** The field without which there is nothing to count. */
  readonly field: string;
  readonly expected: string;
  /** Null: there is no such field, or not of its kind. */
  read(body: Readonly<Record<string, unknown>>): Countable | null;
  answer(tokens: number): object;
}

/** By the endpoint's name. */
export const COUNTS_INSTEAD: ReadonlyMap<string, CountInstead> = new Map<string, CountInstead>([
  [
    "messages_count_tokens",
    {
      field: "messages",
      expected: "a list of messages",
      read: countMessages,
      answer: (tokens) => ({ input_tokens: tokens }),
    },
  ],
  [
    "responses_input_tokens",
    {
      field: "input",
      expected: "a text or a list",
      read: countInput,
      answer: (tokens) => ({ object: "response.input_tokens", input_tokens: tokens }),
    },
  ],
]);
