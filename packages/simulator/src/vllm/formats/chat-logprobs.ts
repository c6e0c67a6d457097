import { candidates, logprobOf } from "./tokens.ts";

/** How many alternatives to each token are wanted; undefined = no logprobs at all. */
export function chatLogprobsWanted(body: Readonly<Record<string, unknown>>): number | undefined {
  if (body["logprobs"] !== true) return undefined;
  return typeof body["top_logprobs"] === "number" ? body["top_logprobs"] : 0;
}

/** `choices[].logprobs` of a chat; null where none are wanted. */
export function chatLogprobs(tokens: readonly string[], wanted: number | undefined): object | null {
  if (wanted === undefined) return null;
  const content = tokens.map((token) => ({
    ...entry(token),
    top_logprobs: wanted === 0 ? [] : candidates(token, wanted).map(entry),
  }));
  return { content };
}

function entry(token: string): object {
  return { token, logprob: logprobOf(token), bytes: [...Buffer.from(token)] };
}
