import { parseConfig, printProblem, type Config, type Environment } from "@rollcall/contract";
import { Secrets, type Settings } from "@rollcall/runtime";

/** One `model_list` entry in short. */
export interface Entry {
  readonly alias?: string;
  readonly model?: string;
  readonly base?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: string;
  /** Further keys of `model_info`. */
  readonly info?: object;
}

export interface Written {
  readonly prober?: object;
  readonly masterKey?: string;
  readonly gateway?: object;
  readonly stateFile?: string;
  readonly include?: readonly string[];
}

/** The text of a config file: JSON is YAML. */
export function writeConfig(
  entries: readonly Entry[],
  { prober, gateway, masterKey, stateFile, include }: Written = {},
): string {
  return JSON.stringify({
    model_list: entries.map(({ alias = "chat", model = "llama", base = "http://a:8000", ...entry }) => ({
      model_name: alias,
      litellm_params: {
        model: `openai/${model}`,
        api_base: base,
        ...(entry.key !== undefined && { api_key: entry.key }),
        ...(entry.headers !== undefined && { extra_headers: entry.headers }),
      },
      model_info: { ...(entry.id !== undefined && { id: entry.id }), ...entry.info },
    })),
    ...(include !== undefined && { include }),
    ...(masterKey !== undefined && { general_settings: { master_key: masterKey } }),
    rollcall: {
      ...(prober !== undefined && { prober }),
      ...(gateway !== undefined && { gateway }),
      ...(stateFile !== undefined && { state: { file: stateFile } }),
    },
  });
}

export function configOf(entries: readonly Entry[], written: Written = {}, env: Environment = {}): Config {
  const main = { file: "config.yaml", text: writeConfig(entries, written) };
  const { config, problems } = parseConfig({ main, included: [] }, env);
  if (config === null) throw new Error(problems.map(printProblem).join("\n"));
  return config;
}

export function settingsOf(config: Config, env: Environment = {}, generation = 1): Settings {
  return { config, secrets: Secrets.read(config, { env, directory: "/" }), generation };
}
