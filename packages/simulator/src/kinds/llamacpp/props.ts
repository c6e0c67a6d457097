import { json } from "../../vllm/answer.ts";
import { type Call, identity, send } from "../../vllm/call.ts";
import { buildInfo } from "./facts.ts";

/** How it samples unless a request says otherwise. */
const PARAMS = {
  seed: 4294967295,
  temperature: 0.800000011920929,
  dynatemp_range: 0.0,
  dynatemp_exponent: 1.0,
  top_k: 40,
  top_p: 0.949999988079071,
  min_p: 0.05000000074505806,
  top_n_sigma: -1.0,
  xtc_probability: 0.0,
  xtc_threshold: 0.10000000149011612,
  typical_p: 1.0,
  repeat_last_n: 64,
  repeat_penalty: 1.0,
  presence_penalty: 0.0,
  frequency_penalty: 0.0,
  dry_multiplier: 0.0,
  dry_base: 1.75,
  dry_allowed_length: 2,
  dry_penalty_last_n: 64,
  mirostat: 0,
  mirostat_tau: 5.0,
  mirostat_eta: 0.10000000149011612,
  adaptive_target: -1.0,
  adaptive_decay: 0.8999999761581421,
  max_tokens: -1,
  n_predict: -1,
  n_keep: 0,
  n_discard: 0,
  ignore_eos: false,
  stream: false,
  n_probs: 0,
  min_keep: 0,
  chat_format: "Content-only",
  reasoning_format: "none",
  reasoning_in_content: false,
  generation_prompt: "",
  samplers: ["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"],
  "speculative.types": "none",
  timings_per_token: false,
  post_sampling_probs: false,
  backend_sampling: false,
  lora: [],
};

const TEMPLATE =
  "{%- for message in messages -%}\n  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}\n" +
  "{%- endfor -%}\n{%- if add_generation_prompt -%}\n  {{- '<|im_start|>assistant\n' -}}\n{%- endif -%}";

const TEMPLATE_CAPS = {
  supports_object_arguments: false,
  supports_parallel_tool_calls: false,
  supports_preserve_reasoning: false,
  supports_reasoning_effort: false,
  supports_string_content: true,
  supports_system_role: true,
  supports_tool_calls: false,
  supports_tools: false,
  supports_typed_content: false,
};

/** GET /props: needs the key, unlike the list and health. */
export function props(call: Call): void {
  const { settings } = call.backend;
  const [model_alias = ""] = identity(call).names;
  const facts = {
    default_generation_settings: { params: PARAMS, n_ctx: settings.maxModelLen },
    total_slots: 2,
    model_alias,
    model_ftype: "Q4_K - Medium",
    model_path: settings.root,
    modalities: { vision: false, video: false, audio: false },
    media_marker: "<__media_98UbSsCbgHT5lPcAumgMgMDLb7vJN7Bo__>",
    endpoint_slots: true,
    endpoint_props: false,
    endpoint_metrics: true,
    ui: true,
    ui_settings: {},
    chat_template: TEMPLATE,
    chat_template_caps: TEMPLATE_CAPS,
    bos_token: "<bos>",
    eos_token: "<eos>",
    build_info: buildInfo(settings),
    is_sleeping: false,
    cors_proxy_enabled: false,
  };
  send(call, json(200, facts));
}
