import { calledElsewhere } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import { targetOf } from "./inspect.ts";
import type { RequestContext } from "./request-context.ts";

/** A model of another mode is called elsewhere. Said to those alone who may call it, and of what the name means for them. */
export function refuseMode(ctx: RequestContext): GatewayError | null {
  const mode = targetOf(ctx)?.mode ?? "chat";
  if (mode === "chat") return null;
  const instead = calledElsewhere(mode, ctx.endpoint.name);
  return instead === null ? null : { kind: "wrong_mode", model: ctx.fields.model, mode, instead };
}
