import type { RunningSimulator } from "./simulators.ts";

export const DEMO_KEY = "sk-demo";
export const DEMO_BACKEND_KEY = "sk-backend";

export interface DemoFleet {
  readonly ready: RunningSimulator;
  readonly loading: RunningSimulator;
  readonly misnamed: RunningSimulator;
}

/** A config as people write it for LiteLLM, with one mistake in it: the last name is not the served one. */
export function demoConfig({ ready, loading, misnamed }: DemoFleet, hasKeys: boolean): string {
  return `model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-oss-120b, api_base: "${ready.url}/v1", api_key: ${DEMO_BACKEND_KEY}}
  - model_name: coder
    litellm_params: {model: openai/qwen3-coder-30b, api_base: "${loading.url}/v1", api_key: ${DEMO_BACKEND_KEY}}
  - model_name: summary
    litellm_params: {model: openai/llama-3.3-70b, api_base: "${misnamed.url}/v1", api_key: ${DEMO_BACKEND_KEY}}
litellm_settings: {drop_params: true, num_retries: 2}
general_settings: {master_key: ${DEMO_KEY}}
${hasKeys ? "rollcall: {keys: true, state: {file: state.json}}\n" : ""}`;
}
