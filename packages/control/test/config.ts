import { parseConfig, printProblem, type Config } from "@rollcall/contract";

/** A config with virtual keys. `rollcall`: what stands under `rollcall:` beside `keys: true`. */
export function writeConfig(rollcall: object = {}): string {
  return JSON.stringify({
    model_list: [
      {
        model_name: "chat",
        litellm_params: { model: "openai/m", api_base: "http://a:8000/v1", api_key: "none" },
      },
    ],
    general_settings: { master_key: "sk-master" },
    rollcall: { keys: true, ...rollcall },
  });
}

export function readConfig(rollcall: object = {}): Config {
  const { config, problems } = parseConfig(
    { main: { file: "config.yaml", text: writeConfig(rollcall) }, included: [] },
    {},
  );
  if (config === null) throw new Error(problems.map(printProblem).join("\n"));
  return config;
}
