import type { Random } from "../../random.ts";
import type { Settings } from "../../settings.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const COMMIT = "7e4c0a9";

/** 32 letters and digits. */
export function newId(random: Random): string {
  return Array.from({ length: 32 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join("");
}

/** The build: `system_fingerprint` of answers, `build_info` of /props. */
export function buildInfo({ version }: Settings): string {
  return `${version}-${COMMIT}`;
}

/** How long it took, in milliseconds: made up, at 200 tokens a second to read and 80 to write. */
export function timings(prompt: number, made: number): object {
  const [promptMs, madeMs] = [prompt * 5, made * 12.5];
  return {
    cache_n: 0,
    prompt_n: prompt,
    prompt_ms: promptMs,
    prompt_per_token_ms: 5,
    prompt_per_second: 200,
    predicted_n: made,
    predicted_ms: madeMs,
    predicted_per_token_ms: 12.5,
    predicted_per_second: 80,
  };
}

export function usage(prompt: number, made: number): object {
  return {
    completion_tokens: made,
    prompt_tokens: prompt,
    total_tokens: prompt + made,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}
