import { KINDS, type Kind } from "@rollcall/contract";
import { generic } from "./generic.ts";
import { llamacpp } from "./llamacpp.ts";
import { lmdeploy } from "./lmdeploy.ts";
import { lmstudio } from "./lmstudio.ts";
import { localai } from "./localai.ts";
import { ollama } from "./ollama.ts";
import type { EngineMetrics, ModelList, ServerKind } from "./server-kind.ts";
import { sglang } from "./sglang.ts";
import { tei } from "./tei.ts";
import { tensorrt } from "./tensorrt.ts";
import { tgi } from "./tgi.ts";
import { vllm } from "./vllm.ts";

/** Every kind of server. */
export const SERVER_KINDS: Readonly<Record<Kind, ServerKind>> = {
  vllm,
  sglang,
  llamacpp,
  ollama,
  tgi,
  tei,
  lmdeploy,
  tensorrt,
  lmstudio,
  localai,
  generic,
};

/** Which kind of server made this model list; `generic` where nothing tells. */
export function recogniseKind(list: ModelList): Kind {
  return KINDS.find((kind) => SERVER_KINDS[kind].recognise(list)) ?? "generic";
}

/** Kinds whose model list is not where OpenAI has it. */
export const KINDS_WITH_OWN_LIST: readonly Kind[] = KINDS.filter(
  (kind) => SERVER_KINDS[kind].ownList !== null,
);

export const ENGINE_METRICS: readonly EngineMetrics[] = KINDS.flatMap(
  (kind) => SERVER_KINDS[kind].metrics ?? [],
);

/** Does an answer of 503 say, in the words of any kind, that the server is still loading? */
export function saysLoading(body: string): boolean {
  const text = body.slice(0, 4_096);
  return KINDS.some((kind) => SERVER_KINDS[kind].loadingWords?.test(text) === true);
}
