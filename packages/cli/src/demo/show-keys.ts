import { systemClock } from "@rollcall/runtime";
import { askAdmin, type AdminAddress } from "../admin-client.ts";
import type { NewKey } from "../key-table.ts";
import type { Terminal } from "../terminal.ts";
import { streamChat } from "./stream-chat.ts";

interface Show {
  readonly gatewayUrl: string;
  /** The demo's own, which is no secret. */
  readonly key: string;
  /** A model that is ready. */
  readonly alias: string;
  readonly terminal: Terminal;
}

/** A virtual key: made, used, limited and revoked. */
export async function showKeys({ gatewayUrl, key: masterKey, alias, terminal }: Show): Promise<void> {
  const admin: AdminAddress = { url: gatewayUrl, key: masterKey };
  const step = (text: string) => terminal.out(`${terminal.paint("cyan", `→ ${text}`)}\n  `);
  step(`a key for one app: "${alias}" alone, one request a minute`);
  const body = { key_alias: "demo-app", models: [alias], rpm_limit: 1 };
  const { key, token_id: id = "" } = (await askAdmin(admin, { path: "/key/generate", body })) as NewKey;
  terminal.out(`${key}\n\n`);
  await untilKnown(gatewayUrl, key);
  const say = async (text: string) => {
    step(text);
    const refused = await streamChat({ gatewayUrl, key, alias, onText: (piece) => terminal.out(piece) });
    terminal.out(`${refused ?? ""}\n\n`);
  };
  await say("its first request");
  await say("its second request");
  await askAdmin(admin, { path: "/key/block", body: { key: id } });
  await systemClock.sleep(PUSHED_MS);
  await say("the key is blocked");
}

/** A change is pushed to every worker, much sooner than this. */
const PUSHED_MS = 500;
const ASK_MS = 50;
const PATIENCE_MS = 5_000;

async function untilKnown(gatewayUrl: string, key: string): Promise<void> {
  const until = systemClock.monotonic() + PATIENCE_MS;
  while (systemClock.monotonic() < until) {
    const known = await askAdmin({ url: gatewayUrl, key }, { path: "/v1/models" }).then(
      () => true,
      () => false,
    );
    if (known) return;
    await systemClock.sleep(ASK_MS);
  }
}
