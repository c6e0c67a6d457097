import type { Endpoint, Result } from "@rollcall/contract";
import type { Edit } from "../body/edits.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Origin } from "../objects/object-ids.ts";
import type { RequestContext } from "./request-context.ts";
import type { Stage } from "./stage.ts";

export interface Prepared {
  /** What reaches the backend otherwise than it was sent, beside the name. */
  readonly edits: readonly Edit[];
  /** The only deployment that can answer, where there is one. */
  readonly origin?: Origin;
  /** Where this one may be sent again more seldom than others of its endpoint. */
  readonly resend?: Endpoint["resend"];
}

/** What of one endpoint's requests is special, or why a request cannot be sent. */
export type Preparation = (ctx: RequestContext) => Result<Prepared, GatewayError>;

export function prepare(preparation: Preparation): Stage {
  return (ctx) => {
    const prepared = preparation(ctx);
    if (!prepared.ok) return prepared.error;
    ctx.edits = prepared.value.edits;
    ctx.origin = prepared.value.origin ?? null;
    if (prepared.value.resend !== undefined) ctx.resend = prepared.value.resend;
    return null;
  };
}
