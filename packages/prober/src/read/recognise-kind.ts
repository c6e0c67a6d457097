import type { Kind } from "@rollcall/contract";
import type { HttpResponse } from "./probe-response.ts";
import type { ModelCard } from "./model-card.ts";

/** Owners that only one kind of server writes into its cards. */
const OWNERS: ReadonlyMap<string, Kind> = new Map([
  ["vllm", "vllm"],
  ["vllm-frontend-rs", "vllm"],
  ["sglang", "sglang"],
  ["llamacpp", "llamacpp"],
  ["lmdeploy", "lmdeploy"],
  ["tensorrt_llm", "tensorrt"],
  ["library", "ollama"],
  ["organization_owner", "lmstudio"],
]);

/** Which kind of server made this model list. One that nothing tells apart is `generic`: it only loses its extras. */
export function recogniseKind(cards: readonly ModelCard[], { headers }: Pick<HttpResponse, "headers">): Kind {
  if (headers["server"] === "llama.cpp") return "llamacpp";
  for (const { owner } of cards) {
    const kind = owner === null ? undefined : OWNERS.get(owner);
    if (kind !== undefined) return kind;
  }
  // TGI owns its model by the model's own name, made in 1970.
  if (cards.every((card) => card.owner === card.id && card.created === 0)) return "tgi";
  if (cards.every((card) => card.owner === null && card.created === null)) return "localai";
  return "generic";
}
