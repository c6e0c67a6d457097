import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { AccessRecord, KeySnapshot } from "@rollcall/contract";
import type { HttpSnapshotWriter } from "@rollcall/snapshot";
import type { Hono } from "hono";

/** Where gateways follow the key set. */
export const KEYS_PATH = "/keys/state";

/** What is answered on the socket of this host and nowhere else. The writer asks for the control token itself. */
export function addSocketRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  { keys }: { readonly keys: Pick<HttpSnapshotWriter<KeySnapshot, AccessRecord>, "answer"> },
): void {
  app.get(KEYS_PATH, (c) => {
    keys.answer(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
}
