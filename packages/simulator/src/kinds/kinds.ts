import type { KindName } from "./kind-name.ts";
import { LLAMACPP } from "./llamacpp/llamacpp.ts";
import { LMDEPLOY } from "./lmdeploy.ts";
import { LMSTUDIO } from "./lmstudio.ts";
import { LOCALAI } from "./localai.ts";
import { OLLAMA } from "./ollama.ts";
import type { ServerKind } from "./server-kind.ts";
import { SGLANG } from "./sglang.ts";
import { TEI } from "./tei.ts";
import { TENSORRT } from "./tensorrt.ts";
import { TGI } from "./tgi.ts";
import { VLLM } from "./vllm.ts";

/** Every kind of server by its name. */
export const KINDS: Readonly<Record<KindName, ServerKind>> = {
  vllm: VLLM,
  sglang: SGLANG,
  llamacpp: LLAMACPP,
  ollama: OLLAMA,
  tgi: TGI,
  tei: TEI,
  lmdeploy: LMDEPLOY,
  tensorrt: TENSORRT,
  lmstudio: LMSTUDIO,
  localai: LOCALAI,
};
