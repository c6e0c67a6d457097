import type { HttpBindings } from "@hono/node-server";
import type { Config, Principal } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Permit } from "../pipeline/permit.ts";

/** Hono's environment here: the sockets underneath, the id given to the request, whose statuses its errors have, and why it was refused. */
export interface GatewayEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    compat: Config["compat"];
    failure?: GatewayError;
    /** What is left out for the virtual key that asks; null: nothing. */
    permit: Permit | null;
    /** Who asks. */
    principal: Principal;
  };
}
