import type { HttpBindings } from "@hono/node-server";

/** Hono's environment here: the sockets underneath, and the id given to the request. */
export interface GatewayEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}
