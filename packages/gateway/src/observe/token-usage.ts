/** What an answer says that it used, in tokens; null where it does not say. */
export interface TokenUsage {
  readonly input: number | null;
  readonly output: number | null;
  /** Of the input: read from the backend's cache. */
  readonly cached: number | null;
  /** Of the output: thought, and not said. */
  readonly reasoning: number | null;
}
