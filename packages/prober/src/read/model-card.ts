/** One entry of a model list, as far as it says something. */
export interface ModelCard {
  /** The served name. */
  readonly id: string;
  /** vLLM, SGLang: the `--model` argument; an adapter's own path. The same name with another root is other weights. */
  readonly root: string | null;
  /** vLLM: the base model of a LoRA adapter. */
  readonly parent: string | null;
  /** vLLM ≥ 0.5, SGLang; in tokens. */
  readonly maxModelLen: number | null;
  readonly owner: string | null;
  /** Null where there is none, as with LocalAI. */
  readonly created: number | null;
  /** llama.cpp's router: unloaded, loading, loaded, sleeping, downloading. */
  readonly state: string | null;
}

/** A card from whatever stands in the list; null where it has no name. Fields of wrong types count as missing. */
export function readModelCard(value: unknown): ModelCard | null {
  const card = (typeof value === "object" ? value : null) as Readonly<Record<string, unknown>> | null;
  const id = textOf(card?.["id"]);
  if (card === null || id === null) return null;
  return {
    id,
    root: textOf(card["root"]),
    parent: textOf(card["parent"]),
    maxModelLen: numberOf(card["max_model_len"]),
    owner: textOf(card["owned_by"]),
    created: numberOf(card["created"]),
    state: textOf((card["status"] as { value?: unknown } | null | undefined)?.value),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
