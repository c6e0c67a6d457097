/** What the target of an upgrade says. */
export interface UpgradeTarget {
  /** `model`, or Azure's `deployment`; null where the query has neither. */
  readonly model: string | null;
  /** OpenAI's `intent`: `transcription`. */
  readonly intent: string | null;
}

/** `target`: as in the request line. */
export function readUpgradeTarget(target: string): UpgradeTarget {
  const query = URL.parse(target, "http://localhost")?.searchParams ?? new URLSearchParams();
  return { model: query.get("model") ?? query.get("deployment"), intent: query.get("intent") };
}

/** The query for the backend. What else an app writes there stays here: some put keys in it. */
export function upstreamQuery(name: string, { intent }: UpgradeTarget): string {
  const query = new URLSearchParams({ model: name, ...(intent !== null && { intent }) });
  return `?${query.toString()}`;
}
