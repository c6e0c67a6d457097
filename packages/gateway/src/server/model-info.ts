import { contextOf, outputLimits, type KnownDeployment, type KnownModel } from "./known-models.ts";

/** What LiteLLM always names, whether it is known or not. */
const CAPABILITIES = [
  "supports_vision",
  "supports_function_calling",
  "supports_parallel_function_calling",
  "supports_reasoning",
  "supports_web_search",
  "supports_prompt_caching",
] as const;

/** One entry of `GET /model/info`, as LiteLLM shapes it: a deployment under one of the names that lead to it. */
export interface ModelInfoEntry {
  readonly model_name: string;
  /** The alias stands in place of the served name, and nothing says where it is served. */
  readonly litellm_params: { readonly model: string };
  readonly model_info: Readonly<Record<string, unknown>>;
}

export function modelInfo(model: KnownModel): readonly ModelInfoEntry[] {
  return model.deployments.map((known) => ({
    model_name: model.name,
    litellm_params: { model: `openai/${model.name}` },
    model_info: {
      id: known.deployment.id,
      db_model: false,
      key: model.name,
      litellm_provider: "openai",
      ...groupsOf(known),
      ...factsOf({ name: model.name, deployments: [known] }),
    },
  }));
}

/** As in LiteLLM, nothing where none are written. */
function groupsOf({ deployment: { info } }: KnownDeployment): { readonly access_groups?: readonly string[] } {
  return info.accessGroups.length === 0 ? {} : { access_groups: info.accessGroups };
}

/** One entry of `GET /model_group/info`: a name with what its deployments have in common. */
export function modelGroupInfo(model: KnownModel): Readonly<Record<string, unknown>> {
  return { model_group: model.name, providers: ["openai"], tpm: null, rpm: null, ...factsOf(model) };
}

/** Limits are the least that any deployment has, costs the highest; a capability is what one of them has. */
function factsOf(model: KnownModel): Readonly<Record<string, unknown>> {
  const { deployments } = model;
  const infos = deployments.map(({ deployment }) => deployment.info);
  return {
    mode: modeOf(deployments),
    max_input_tokens: contextOf(model),
    ...outputLimits(model),
    input_cost_per_token: null,
    output_cost_per_token: null,
    ...highest(infos.map(({ costs }) => costs)),
    ...Object.fromEntries(CAPABILITIES.map((name) => [name, null])),
    ...either(infos.map(({ supports }) => supports)),
  };
}

function modeOf(deployments: readonly KnownDeployment[]): string | null {
  return deployments[0]?.deployment.mode ?? null;
}

function highest(all: readonly ReadonlyMap<string, number>[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, cost] of all.flatMap((costs) => [...costs]))
    found[name] = Math.max(found[name] ?? 0, cost);
  return found;
}

function either(all: readonly ReadonlyMap<string, boolean>[]): Readonly<Record<string, boolean>> {
  const found: Record<string, boolean> = {};
  for (const [name, has] of all.flatMap((supports) => [...supports]))
    found[name] = (found[name] ?? false) || has;
  return found;
}
