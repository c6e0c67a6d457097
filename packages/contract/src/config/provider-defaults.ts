import type { Environment } from "./environment.ts";
import { defaultsOf, readModelName } from "./provider.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

/** Fills in the addresses and keys that LiteLLM takes from the environment where an entry says none. */
export function withProviderDefaults(written: WrittenConfig, env: Environment): WrittenConfig {
  return { ...written, model_list: written.model_list.map((entry) => complete(entry, env)) };
}

function complete(entry: WrittenDeployment, env: Environment): WrittenDeployment {
  const { litellm_params: params } = entry;
  const base = params.api_base ?? params.base_url;
  const name = readModelName({
    model: params.model,
    customProvider: params.custom_llm_provider,
    apiBase: base,
  });
  if (name.kind !== "served") return entry;
  const { baseVariables = [], keyVariable, defaultApiBase } = defaultsOf(name.provider);
  const fromVariable = base === undefined ? firstSet(baseVariables, env) : undefined;
  const found = fromVariable ?? (base === undefined ? defaultApiBase : undefined);
  const wantsKey = params.api_key === undefined && keyVariable !== undefined && isSet(keyVariable, env);
  const goesTo = fromVariable ?? base;
  const key = wantsKey && mayGetKey(name.provider, { goesTo, isVariable: fromVariable !== undefined });
  if (found === undefined && !key) return entry;
  return {
    ...entry,
    litellm_params: {
      ...params,
      ...(found === undefined ? {} : { api_base: found }),
      ...(key ? { api_key: `os.environ/${keyVariable}` } : {}),
    },
  };
}

/** `OPENAI_API_KEY` is often set for other programs: it goes only to OpenAI and to where its own variable points. */
function mayGetKey(
  provider: string,
  { goesTo, isVariable }: { goesTo: string | undefined; isVariable: boolean },
): boolean {
  if (provider !== "openai" && provider !== "text-completion-openai") return goesTo !== undefined;
  return isVariable || (goesTo !== undefined && URL.parse(goesTo)?.hostname === "api.openai.com");
}

function firstSet(variables: readonly string[], env: Environment): string | undefined {
  return variables.map((name) => env[name]).find((value) => value !== undefined && value !== "");
}

function isSet(name: string, env: Environment): boolean {
  return (env[name] ?? "") !== "";
}
