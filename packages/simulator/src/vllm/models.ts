import type { FaultName } from "../faults/catalogue.ts";
import { hexFrom } from "../random.ts";
import { json } from "./answer.ts";
import { type Call, identity, type Route, seconds, send, serverHeaders } from "./call.ts";

interface CardFacts {
  readonly id: string;
  readonly root: string;
  readonly parent: string | null;
  readonly maxModelLen: number | null;
}

/** What some faults send instead of the list. */
const INSTEAD: Partial<Record<FaultName, Route>> = {
  "empty-models": (call) => send(call, json(200, { object: "list", data: [] })),
  "null-models": (call) => send(call, json(200, { object: "list", data: null })),
  redirect: (call) =>
    send(call, { status: 302, headers: { location: call.fault?.location ?? "" }, body: "" }),
  "slow-drip": (call) => drip(call, JSON.stringify(list(call))),
  "endless-body": sendWithoutEnd,
};

/** GET /v1/models. Never asks the engine: a hung, sleeping or dead one still lists its models. */
export function models(call: Call): void | Promise<void> {
  const instead = call.fault && INSTEAD[call.fault.name];
  return instead === undefined ? send(call, json(200, list(call))) : instead(call);
}

function list(call: Call): object {
  return { object: "list", data: cards(call).map((facts) => card(call, facts)) };
}

function cards(call: Call): CardFacts[] {
  const { loras, maxModelLen } = call.backend.settings;
  const { names, root } = identity(call);
  const parent = names[0] ?? null;
  const base = names.map((id) => ({ id, root, parent: null, maxModelLen }));
  // A LoRA card has its own root, names its parent and has no length of its own.
  return [...base, ...loras.map((id) => ({ id, root: `/loras/${id}`, parent, maxModelLen: null }))];
}

function card({ backend }: Call, facts: CardFacts): object {
  // The wall clock at the moment of the request, and a random id: neither says anything about the model.
  const created = seconds(backend.now());
  return {
    id: facts.id,
    object: "model",
    created,
    owned_by: "vllm",
    root: facts.root,
    parent: facts.parent,
    max_model_len: facts.maxModelLen,
    // The Rust frontend's cards have another owner and no permission.
    ...(backend.settings.errorBodies === "rust"
      ? { owned_by: "vllm-frontend-rs" }
      : permission(backend, created)),
  };
}

function permission(backend: Call["backend"], created: number): object {
  return {
    permission: [
      {
        id: `modelperm-${hexFrom(backend.random)}`,
        object: "model_permission",
        created,
        allow_create_engine: false,
        allow_sampling: true,
        allow_logprobs: true,
        allow_search_indices: false,
        allow_view: true,
        allow_fine_tuning: false,
        organization: "*",
        group: null,
        is_blocking: false,
      },
    ],
  };
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
