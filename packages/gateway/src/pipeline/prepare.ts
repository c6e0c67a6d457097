import type { Edit } from "../body/edits.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "./request-context.ts";
import type { Stage } from "./stage.ts";

/** What of one endpoint's requests has to reach backends otherwise than apps send it, or why the request cannot be sent. */
export type Preparation = (ctx: RequestContext) => readonly Edit[] | GatewayError;

export function prepare(preparation: Preparation): Stage {
  return (ctx) => {
    const result = preparation(ctx);
    if ("kind" in result) return result;
    ctx.edits = result;
    return null;
  };
}
