import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { AccessRecord, KeySnapshot } from "@rollcall/contract";
import type { HttpSnapshotWriter } from "@rollcall/snapshot";
import type { Hono } from "hono";
import type { ControlToken } from "./control-token.ts";
import type { StoreCommands } from "./store-commands.ts";

/** Where gateways follow the key set. */
export const KEYS_PATH = "/keys/state";

export interface SocketOptions {
  readonly keys: Pick<HttpSnapshotWriter<KeySnapshot, AccessRecord>, "answer">;
  readonly commands: Pick<StoreCommands, "backup" | "restore">;
  readonly token: Pick<ControlToken, "refusal">;
}

/** What is answered on the socket of this host and nowhere else. The writer asks for the control token itself. */
export function addSocketRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  { keys, commands, token }: SocketOptions,
): void {
  app.get(KEYS_PATH, (c) => {
    keys.answer(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  for (const command of ["backup", "restore"] as const)
    app.post(`/store/${command}`, async (c) => {
      const refused = token.refusal(c.req.header());
      if (refused !== null) return c.json({ error: refused }, 401);
      const file = c.req.query("file") ?? "";
      const fault = await commands[command](file);
      return fault === null ? c.json({ done: command }) : c.json({ error: fault }, 409);
    });
}
