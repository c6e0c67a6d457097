import type { Reason, Warning } from "./reasons.ts";

/**
 * What the prober knows of one deployment. `ready` and `nameMatches` are two separate facts: a server can be ready
 * under another name, and a name can be right on a server whose engine is dead.
 *
 * Times are epoch milliseconds. `detail` is what came back, in one line, without hosts or keys.
 */
export interface Verdict {
  readonly deployment: string;
  readonly alias: string;
  /** Fingerprint of what was checked: URL, expected name, credential reference. A changed one voids the verdict. */
  readonly check: string;
  readonly ready: boolean;
  /** `null` until a model list was seen. */
  readonly nameMatches: boolean | null;
  readonly reason: Reason;
  readonly warnings: readonly Warning[];
  readonly expected: string;
  /** The served names last seen, at most 20. */
  readonly found: readonly string[];
  readonly detail: string;
  readonly hint: string;
  /** When the reason last changed. */
  readonly since: number;
  /** When the evidence for this verdict was last gathered. */
  readonly observedAt: number;
  readonly lastGoodAt: number | null;
  /** While it loads: how long until it is ready, judged by earlier loads. Absent where none was seen. */
  readonly readyInMs?: number;
}

/** May traffic go there, as far as the prober knows? Two facts, both needed. */
export function isProven(verdict: Verdict): boolean {
  return verdict.ready && verdict.nameMatches === true;
}
