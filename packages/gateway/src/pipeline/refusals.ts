import type { UpstreamError } from "../upstream/upstream-error.ts";

interface Refusal {
  readonly by: Set<string>;
  readonly errors: UpstreamError[];
}

/** What a refusal means beside those that the request met before. */
export interface Meeting {
  /** It is one of those. */
  readonly isRepeated: boolean;
  /** All of its kind, where two deployments gave it: no fault of theirs. */
  readonly acquitted: readonly UpstreamError[];
}

const FIRST: Meeting = { isRepeated: false, acquitted: [] };

/**
 * The refusals that one request has met. Two deployments that refuse the same request in the same way bear witness against
 * it, and not against each other; two requests are no two witnesses.
 */
export class Refusals {
  readonly #met = new Map<string, Refusal>();

  /** Adds a failure on the deployment of that id; not every failure is a refusal. */
  add(error: UpstreamError, id: string): Meeting {
    if (error.refusal === null) return FIRST;
    const met = this.#met.get(error.refusal);
    if (met === undefined) {
      this.#met.set(error.refusal, { by: new Set([id]), errors: [error] });
      return FIRST;
    }
    met.by.add(id);
    met.errors.push(error);
    return { isRepeated: true, acquitted: met.by.size > 1 ? met.errors : [] };
  }
}
