import type { ModelCard } from "../src/read/model-card.ts";
import type { Load } from "../src/read/load.ts";
import type { ProbeResult } from "../src/read/probe-result.ts";

/** A card of vLLM's that says nothing of itself but its name. */
export function cardOf(id: string, fields: Partial<ModelCard> = {}): ModelCard {
  return {
    id,
    root: null,
    parent: null,
    maxModelLen: null,
    owner: "vllm",
    created: 1_755_400_000,
    state: null,
    ...fields,
  };
}

/** A model list that could be read. */
export function serves(...names: readonly string[]): Extract<ProbeResult["models"], { kind: "models" }> {
  return { kind: "models", cards: names.map((name) => cardOf(name)) };
}

/** A look at a vLLM that serves "llama" and is well, with whatever else is given. */
export function resultOf(fields: Partial<ProbeResult> = {}): ProbeResult {
  return {
    models: serves("llama"),
    kind: "vllm",
    otherNames: [],
    key: null,
    health: null,
    load: null,
    token: null,
    version: null,
    skewMs: null,
    exchanges: [],
    durationMs: 1,
    ...fields,
  };
}

/** What an engine that has nothing to do says of itself. */
export function loadOf(fields: Partial<Load> = {}): Load {
  return {
    running: 0,
    waiting: 0,
    kvUsage: 0,
    preemptions: 0,
    succeeded: 0,
    generated: 0,
    progress: 0,
    awake: true,
    startedAt: null,
    name: "llama",
    ...fields,
  };
}
