import { type Call, identity, seconds } from "./call.ts";
import { permission } from "./permission.ts";
import { sendModels } from "./send-models.ts";

/** What a card says about a model, whichever kind of server shows it. */
export interface CardFacts {
  readonly id: string;
  readonly root: string;
  readonly parent: string | null;
  readonly maxModelLen: number | null;
}

/** GET /v1/models. Never asks the engine: a hung, sleeping or dead one still lists its models. */
export function models(call: Call): void | Promise<void> {
  return sendModels(call, { object: "list", data: cardFacts(call).map((facts) => card(call, facts)) });
}

/** One per served name, all with the same root, and one per adapter. */
export function cardFacts(call: Call): CardFacts[] {
  const { loras, maxModelLen } = call.backend.settings;
  const { names, root } = identity(call);
  const parent = names[0] ?? null;
  const base = names.map((id) => ({ id, root, parent: null, maxModelLen }));
  // A LoRA card has its own root, names its parent and has no length of its own.
  return [...base, ...loras.map((id) => ({ id, root: `/loras/${id}`, parent, maxModelLen: null }))];
}

function card({ backend }: Call, facts: CardFacts): object {
  return {
    id: facts.id,
    object: "model",
    // The wall clock at the moment of the request, not the time the model was loaded.
    created: seconds(backend.now()),
    owned_by: "vllm",
    root: facts.root,
    parent: facts.parent,
    max_model_len: facts.maxModelLen,
    // The Rust frontend's cards have another owner and no permission.
    ...(backend.settings.errorBodies === "rust"
      ? { owned_by: "vllm-frontend-rs" }
      : { permission: permission(backend) }),
  };
}
