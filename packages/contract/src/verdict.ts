import type { Kind } from "./kind.ts";
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
  /** Of a wildcard with its stars. */
  readonly expected: string;
  /** The served names last seen, at most 20; of a wildcard those that fit it, at most 1,000: what may be called. */
  readonly found: readonly string[];
  readonly detail: string;
  readonly hint: string;
  /** When the reason last changed. */
  readonly since: number;
  /** When the evidence for this verdict was last gathered. */
  readonly observedAt: number;
  readonly lastGoodAt: number | null;
  /** What is served under the expected name, as last seen. */
  readonly served?: Served;
  /** Kept here so that a restart of the prober forgets nothing. */
  readonly history?: History;
  /**
   * Since when its port refuses connections, as two probes within half a second have shown. A fact beside the reason: a
   * server that drains behind a closed port goes on with what it has, and one that hangs does not. Absent while it listens.
   */
  readonly refusedSince?: number;
  /** While it loads: how long until it is ready, judged by earlier loads. Absent where none was seen. */
  readonly readyInMs?: number;
  /** An operator has taken it out of use: `ready` is false then, so that readers that do not know of this obey it too. */
  readonly drained?: Drained;
}

/** That a deployment is to get no new requests. */
export interface Drained {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Who did it: `user@host` or an address, as the caller says; `DISABLED_BY` where it is the config. */
  readonly by: string;
  /** Why, in the operator's words. */
  readonly reason?: string;
  /** What its reason would be otherwise: it is probed all the same. */
  readonly observed: Reason;
}

/** By whom a deployment is drained that has `model_info.disabled`. Callers may not be called so. */
export const DISABLED_BY = "config";

/** Facts about what stands behind a served name; null where the server does not tell. */
export interface Served {
  readonly kind: Kind;
  readonly version: string | null;
  /** vLLM, SGLang: the `--model` argument. The same name with another root is other weights. */
  readonly root: string | null;
  /** The base model of a LoRA adapter. */
  readonly parent: string | null;
  /** In tokens. */
  readonly maxModelLen: number | null;
  /** Where its API is, if not where the config's `apiPath` says: its `writtenPath`. */
  readonly apiPath?: string;
  /** Names of endpoints that it was found not to have; absent: none of them. */
  readonly missing?: readonly string[];
}

/** What earlier starts of a server have taught, the last ten of each. */
export interface History {
  /** How long it took to come back, in milliseconds. */
  readonly loadTimesMs: readonly number[];
  /** When it went away or was restarted. */
  readonly falls: readonly number[];
}

/** May traffic go there, as far as the prober knows? Two facts, both needed. */
export function isRoutable(verdict: Verdict): boolean {
  return verdict.ready && verdict.nameMatches === true;
}
