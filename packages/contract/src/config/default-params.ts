import type { Path } from "./problem.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

/**
 * Puts `router_settings.default_litellm_params` below what each entry says itself, as LiteLLM's router means it: its
 * asynchronous calls let them win in spite of that.
 */
export function withDefaultParams(written: WrittenConfig): WrittenConfig {
  const defaults = written.router_settings?.default_litellm_params;
  if (defaults === undefined || Object.keys(defaults).length === 0) return written;
  return {
    ...written,
    model_list: written.model_list.map((entry) => ({
      ...entry,
      litellm_params: { ...defaults, ...entry.litellm_params },
    })),
  };
}

/** `litellm_params` of one entry, or what stands in their place for all. */
export interface ParamsAt {
  readonly path: Path;
  readonly params: Partial<WrittenDeployment["litellm_params"]>;
}

/** Wherever they are written. */
export function writtenParams(written: WrittenConfig): readonly ParamsAt[] {
  const defaults = written.router_settings?.default_litellm_params;
  return [
    ...(defaults === undefined
      ? []
      : [{ path: ["router_settings", "default_litellm_params"], params: defaults }]),
    ...written.model_list.map(({ litellm_params: params }, index) => ({
      path: ["model_list", index, "litellm_params"],
      params,
    })),
  ];
}
