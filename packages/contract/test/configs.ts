import {
  parseConfig,
  printProblem,
  type Config,
  type Environment,
  type Parsed,
  type SourceText,
} from "../src/index.ts";

export interface Given {
  readonly env?: Environment;
  readonly included?: readonly SourceText[];
  readonly inContainer?: boolean;
}

export const FILE = "config.yaml";

/** Five lines with one deployment that is as it should be; what a test adds begins on line 6. */
export const ONE = `model_list:
  - model_name: chat
    litellm_params:
      model: openai/served
      api_base: http://gpu-1:8000/v1
`;

export function read(text: string, { env = {}, included = [], inContainer = false }: Given = {}): Parsed {
  return parseConfig({ main: { file: FILE, text }, included }, env, { inContainer });
}

/** Every complaint as a person sees it: `config.yaml:3:5: error: …`. */
export function problemsOf(text: string, given: Given = {}): string[] {
  return read(text, given).problems.map(printProblem);
}

/** The config, for texts in which nothing is an error. */
export function configOf(text: string, given: Given = {}): Config {
  const { config, problems } = read(text, given);
  if (config === null) throw new Error(problems.map(printProblem).join("\n"));
  return config;
}

/** A config of the entries given, each the `litellm_params` of an alias of its own: `a`, `b`, `c` … */
export function configOfParams(...params: readonly Record<string, unknown>[]): Config {
  const entries = params.map((one, index) => ({
    model_name: String.fromCodePoint(97 + index),
    litellm_params: { model: "openai/served", api_base: "http://gpu-1:8000/v1", ...one },
  }));
  return configOf(JSON.stringify({ model_list: entries }));
}
