import { isOwnHost } from "./own-host.ts";
import type { WrittenDeployment } from "./written.ts";
import { HOSTED, OPENAI_MODEL, OTHER_PROTOCOL, SELF_HOSTED, type Provider } from "./provider-table.ts";

export type ModelName =
  /** To be asked in OpenAI's protocol, where there is an address. */
  | { readonly kind: "served"; readonly expected: string; readonly provider: string }
  /** One that LiteLLM does not know the provider of. */
  | { readonly kind: "unprefixed"; readonly expected: string }
  /** A service of others, and no address in the entry that could be a server of one's own. */
  | { readonly kind: "hosted"; readonly provider: string }
  | { readonly kind: "other_protocol"; readonly provider: string };

export interface ModelParams {
  readonly model: string;
  readonly customProvider?: string | undefined;
  /** As it is written, if it is. */
  readonly apiBase?: string | undefined;
}

/**
 * Reads `litellm_params.model`. Only the first segment is a prefix: `openai/org/m` is served as `org/m`. `openai/responses/m`
 * is LiteLLM's way to ask for another route of the same model `m`.
 */
export function readModelName({ model, customProvider, apiBase }: ModelParams): ModelName {
  const slash = model.indexOf("/");
  const prefix = slash === -1 ? "" : model.slice(0, slash);
  const rest = model.slice(slash + 1);
  if (SELF_HOSTED.has(prefix)) {
    const isRoute = prefix === "openai" && rest.startsWith("responses/");
    return { kind: "served", expected: isRoute ? rest.slice("responses/".length) : rest, provider: prefix };
  }
  if (customProvider !== undefined) {
    // LiteLLM takes the prefix off where it says the same provider again.
    return ofProvider(customProvider, prefix === customProvider ? rest : model, apiBase);
  }
  if (HOSTED.has(prefix) || OTHER_PROTOCOL.has(prefix)) return ofProvider(prefix, rest, apiBase);
  return OPENAI_MODEL.test(model)
    ? { kind: "served", expected: model, provider: "openai" }
    : { kind: "unprefixed", expected: model };
}

function ofProvider(provider: string, expected: string, apiBase: string | undefined): ModelName {
  if (SELF_HOSTED.has(provider)) return { kind: "served", expected, provider };
  const isWritten = apiBase !== undefined && apiBase !== "";
  if (HOSTED.has(provider)) {
    return isWritten ? { kind: "served", expected, provider } : { kind: "hosted", provider };
  }
  return isWritten && isOwnHost(apiBase)
    ? { kind: "served", expected, provider }
    : { kind: "other_protocol", provider };
}

export function modelParamsOf({ litellm_params: params }: WrittenDeployment): ModelParams {
  const { model, custom_llm_provider: customProvider, api_base, base_url } = params;
  return { model, customProvider, apiBase: api_base ?? base_url };
}

export function nameOf(entry: WrittenDeployment): ModelName {
  return readModelName(modelParamsOf(entry));
}

/** A name without the prefix of a provider; null where it has none. */
export function withoutProvider(name: string): string | null {
  const slash = name.indexOf("/");
  if (slash === -1) return null;
  const prefix = name.slice(0, slash);
  const isProvider = SELF_HOSTED.has(prefix) || HOSTED.has(prefix) || OTHER_PROTOCOL.has(prefix);
  return isProvider ? name.slice(slash + 1) : null;
}

/** What LiteLLM assumes of a provider; nothing for one that it has no defaults for. */
export function defaultsOf(provider: string): Provider {
  return SELF_HOSTED.get(provider) ?? {};
}
