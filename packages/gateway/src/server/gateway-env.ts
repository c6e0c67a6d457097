import type { HttpBindings } from "@hono/node-server";
import type { Config } from "@rollcall/contract";

/** Hono's environment here: the sockets underneath, the id given to the request, and whose statuses its errors have. */
export interface GatewayEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string; compat: Config["compat"] };
}
