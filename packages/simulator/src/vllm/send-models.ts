import type { FaultName } from "../faults/catalogue.ts";
import { json } from "./answer.ts";
import { type Call, send, serverHeaders } from "./call.ts";

type Instead = (call: Call, list: object) => void | Promise<void>;

/** What some faults send instead of the list. */
const INSTEAD: Partial<Record<FaultName, Instead>> = {
  "empty-models": (call) => send(call, json(200, { object: "list", data: [] })),
  "null-models": (call) => send(call, json(200, { object: "list", data: null })),
  redirect: (call) =>
    send(call, { status: 302, headers: { location: call.fault?.location ?? "" }, body: "" }),
  "slow-drip": (call, list) => drip(call, JSON.stringify(list)),
  "endless-body": sendWithoutEnd,
};

/** Answers GET /v1/models with this list, or with what the fault in force makes of it. */
export function sendModels(call: Call, list: object): void | Promise<void> {
  const instead = call.fault && INSTEAD[call.fault.name];
  return instead === undefined ? send(call, json(200, list)) : instead(call, list);
}

async function drip({ exchange, backend }: Call, body: string): Promise<void> {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  exchange.begin(200, { ...serverHeaders(backend), "content-type": "application/json", ...length });
  for (const byte of Buffer.from(body)) {
    if (exchange.over) return;
    await exchange.write(Uint8Array.of(byte));
    await exchange.pause(200);
  }
  exchange.finish();
}

async function sendWithoutEnd({ exchange, backend }: Call): Promise<void> {
  const junk = Buffer.alloc(64 * 1024, "junk ");
  exchange.begin(200, { ...serverHeaders(backend), "content-type": "application/json" });
  while (!exchange.over) {
    await exchange.write(junk);
    await exchange.turn();
  }
}
