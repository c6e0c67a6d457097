import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestObserver } from "../observe/observer.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import { grantOf, type Grant } from "./grant.ts";
import type { KeySet } from "./key-set.ts";

/** Ends one whose key opens nothing any more. */
export type Revoke = (ctx: RequestContext, failure: GatewayError) => void;

/** The requests of keys, where the config wants them to end with their key. */
export class RunningRequests implements RequestObserver {
  readonly #byKey = new Map<string, Set<RequestContext>>();
  readonly #now: () => number;

  /** `now`: epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(grant: Grant, ctx: RequestContext): void {
    const running = this.#byKey.get(grant.id);
    if (running === undefined) this.#byKey.set(grant.id, new Set([ctx]));
    else running.add(ctx);
  }

  requestEnded(ctx: RequestContext): void {
    const grant = grantOf(ctx.principal);
    if (grant === null) return;
    const running = this.#byKey.get(grant.id);
    if (running?.delete(ctx) === true && running.size === 0) this.#byKey.delete(grant.id);
  }

  /** Ends those whose key is gone, blocked or expired by now. */
  sweep(keys: KeySet<Grant>, revoke: Revoke): void {
    for (const [id, running] of this.#byKey) {
      const grant = keys.get(id);
      const kind = grant === undefined ? "unknown_key" : grant.refusal(this.#now(), null);
      if (kind !== null) for (const ctx of running) revoke(ctx, { kind });
    }
  }
}
