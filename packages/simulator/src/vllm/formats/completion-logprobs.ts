import { candidates, logprobOf, tokenId } from "./tokens.ts";

/** How many alternatives to each token are wanted; undefined = no logprobs at all. */
export function completionLogprobsWanted(body: Readonly<Record<string, unknown>>): number | undefined {
  const { logprobs } = body;
  return typeof logprobs === "number" ? logprobs : undefined;
}

/** `choices[].logprobs` of a completion. The first token of an echoed prompt has none. */
export function completionLogprobs(
  tokens: readonly string[],
  { wanted, from = 0, echoed = false }: { wanted: number | undefined; from?: number; echoed?: boolean },
): object | null {
  if (wanted === undefined) return null;
  let offset = from;
  const text_offset = tokens.map((token) => {
    const start = offset;
    offset += token.length;
    return start;
  });
  const unknown = (index: number): boolean => echoed && index === 0;
  return {
    text_offset,
    token_logprobs: tokens.map((token, index) => (unknown(index) ? null : logprobOf(token))),
    tokens,
    top_logprobs: tokens.map((token, index) => (unknown(index) ? null : top(token, wanted))),
  };
}

/** `choices[].prompt_logprobs`, which vLLM adds where the prompt is echoed with logprobs. */
export function promptLogprobs(tokens: readonly string[], wanted: number): object {
  return tokens.map((token, index) => {
    if (index === 0) return null;
    const entries = candidates(token, wanted + 1).map((decoded_token, rank) => {
      const logprob = logprobOf(decoded_token);
      return [String(tokenId(decoded_token)), { logprob, rank: rank + 1, decoded_token }];
    });
    return Object.fromEntries(entries);
  });
}

function top(token: string, wanted: number): object {
  return Object.fromEntries(candidates(token, wanted).map((text) => [text, logprobOf(text)]));
}
