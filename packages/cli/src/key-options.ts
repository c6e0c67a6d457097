/** What keys and teams are given alike. */
export interface LimitOptions {
  readonly models?: readonly string[];
  readonly rpm?: number;
  readonly parallel?: number;
}

/** `a,b` */
export function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** In LiteLLM's words. */
export function limitsOf({ models, rpm, parallel }: LimitOptions): object {
  return { models, rpm_limit: rpm, max_parallel_requests: parallel };
}
