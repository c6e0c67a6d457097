import type { Environment } from "../src/config/environment.ts";

/** Configs in the style of those that people publish for LiteLLM, each with what `reportText` has to say of it. */
export const PUBLISHED_CONFIGS: readonly {
  readonly about: string;
  readonly text: string;
  readonly env?: Environment;
  readonly report: readonly string[];
}[] = [
  {
    about: "one vLLM, as the quick starts have it",
    text: `model_list:
  - model_name: qwen3-coder
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      api_key: none
litellm_settings:
  drop_params: true
  num_retries: 2
general_settings:
  master_key: sk-1234
`,
    report: [
      "serves qwen3-coder",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.api_key 6; litellm_settings.drop_params 8; litellm_settings.num_retries 9; general_settings.master_key 11",
    ],
  },
  {
    about: "hosted_vllm with its key from the environment",
    text: `model_list:
  - model_name: gpt-oss
    litellm_params:
      model: hosted_vllm/openai/gpt-oss-120b
      api_base: http://10.0.0.5:8000
      api_key: os.environ/VLLM_KEY
`,
    report: [
      "serves gpt-oss",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.api_key 6",
    ],
  },
  {
    about: "hosted_vllm whose address is in the environment",
    text: `model_list:
  - model_name: llama
    litellm_params:
      model: hosted_vllm/meta-llama/Llama-3.3-70B-Instruct
`,
    env: { HOSTED_VLLM_API_BASE: "http://vllm:8000/v1" },
    report: ["serves llama", "honoured model_name 2; litellm_params.model 4"],
  },
  {
    about: "hosted_vllm whose address is nowhere, beside one that is",
    text: `model_list:
  - model_name: llama
    litellm_params:
      model: hosted_vllm/llama
  - model_name: qwen
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves qwen",
      "honoured model_name 5; litellm_params.model 7; litellm_params.api_base 8",
      "left out 3 litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable HOSTED_VLLM_API_BASE names): the entry is left out",
    ],
  },
  {
    about: "Ollama with and without an address",
    text: `model_list:
  - model_name: llama3
    litellm_params:
      model: ollama/llama3.2
  - model_name: qwen
    litellm_params:
      model: ollama_chat/qwen3:8b
      api_base: http://ollama:11434
`,
    report: [
      "serves llama3 qwen",
      "honoured model_name 2,5; litellm_params.model 4,7; litellm_params.api_base 8",
      "warning 3 model_list[0].litellm_params.api_base: localhost inside a container is the container itself: use the other container's name, host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right only for a server in this very container or pod",
    ],
  },
  {
    about: "Ollama by its variable",
    text: `model_list:
  - model_name: mistral
    litellm_params:
      model: ollama/mistral
`,
    env: { OLLAMA_API_BASE: "http://ollama:11434" },
    report: ["serves mistral", "honoured model_name 2; litellm_params.model 4"],
  },
  {
    about: "LM Studio, llamafile, Lemonade and Docker's model runner by their defaults",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: lm_studio/qwen
  - model_name: b
    litellm_params:
      model: llamafile/phi
  - model_name: c
    litellm_params:
      model: lemonade/phi
  - model_name: d
    litellm_params:
      model: docker_model_runner/ai/smollm2
`,
    env: { LM_STUDIO_API_BASE: "http://studio:1234/v1" },
    report: [
      "serves a b c d",
      "honoured model_name 2,5,8,11; litellm_params.model 4,7,10,13",
      "warning 6 model_list[1].litellm_params.api_base: 127.0.0.1 inside a container is the container itself: use the other container's name, host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right only for a server in this very container or pod",
      "warning 9,12 model_list[2].litellm_params.api_base: localhost inside a container is the container itself: use the other container's name, host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right only for a server in this very container or pod",
    ],
  },
  {
    about: "SGLang, TGI, llama.cpp and LocalAI by prefixes that LiteLLM does not have",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: sglang/qwen
      api_base: http://sglang:30000
  - model_name: b
    litellm_params:
      model: tgi/mistral
      api_base: http://tgi:80
  - model_name: c
    litellm_params:
      model: llama_cpp/phi
      api_base: http://llama:8080
  - model_name: d
    litellm_params:
      model: localai/gpt
      api_base: http://localai:8080
`,
    report: [
      "serves a b c d",
      "honoured model_name 2,6,10,14; litellm_params.model 4,8,12,16; litellm_params.api_base 5,9,13,17",
    ],
  },
  {
    about: "Triton's OpenAI front and a NIM of one's own",
    text: `model_list:
  - model_name: triton
    litellm_params:
      model: triton/llama3
      api_base: http://triton:9000/v1
  - model_name: nim
    litellm_params:
      model: nvidia_nim/meta/llama3-70b
      api_base: http://nim:8000/v1
`,
    report: [
      "serves triton nim",
      "honoured model_name 2,6; litellm_params.model 4,8; litellm_params.api_base 5,9",
    ],
  },
  {
    about: "embeddings and rerank by Infinity, TEI and Xinference",
    text: `model_list:
  - model_name: bge
    litellm_params:
      model: infinity/BAAI/bge-m3
      api_base: http://infinity:7997
    model_info:
      mode: rerank
  - model_name: e5
    litellm_params:
      model: huggingface/intfloat/e5
      api_base: http://tei:80
    model_info:
      mode: embedding
  - model_name: x
    litellm_params:
      model: xinference/bge
      api_base: http://x:9997/v1
`,
    report: [
      "serves bge e5 x",
      "honoured model_name 2,8,14; litellm_params.model 4,10,16; litellm_params.api_base 5,11,17; model_info.mode 7,13",
    ],
  },
  {
    about: "local servers beside hosted services",
    text: `model_list:
  - model_name: local
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
  - model_name: claude
    litellm_params:
      model: anthropic/claude-sonnet-4
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: gemini
    litellm_params:
      model: gemini/gemini-2.5-pro
`,
    report: [
      "serves local",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 7 litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names): the entry is left out",
      "left out 10 model_list: is skipped: provider anthropic does not speak OpenAI's protocol to a server of yours",
      "left out 14 model_list: is skipped: provider gemini does not speak OpenAI's protocol to a server of yours",
    ],
  },
  {
    about: "a bare gpt-4o beside a local server",
    text: `model_list:
  - model_name: local
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: gpt-4o
    litellm_params:
      model: gpt-4o
      api_key: os.environ/OPENAI_API_KEY
`,
    report: [
      "serves local",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 7 litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names): the entry is left out",
    ],
  },
  {
    about: "OpenAI's own with its address written",
    text: `model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_base: https://api.openai.com/v1
      api_key: os.environ/OPENAI_API_KEY
`,
    report: [
      "serves gpt-4o",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.api_key 6",
    ],
  },
  {
    about: "OpenAI's prefix with the address from OPENAI_BASE_URL",
    text: `model_list:
  - model_name: chat
    litellm_params:
      model: openai/served
  - model_name: mini
    litellm_params:
      model: gpt-4o-mini
`,
    env: { OPENAI_BASE_URL: "http://gateway:8080/v1" },
    report: ["serves chat mini", "honoured model_name 2,5; litellm_params.model 4,7"],
  },
  {
    about: "the newer hosted prefixes",
    text: `model_list:
  - model_name: local
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: moonshot
    litellm_params:
      model: moonshot/m
      api_key: os.environ/K
  - model_name: dashscope
    litellm_params:
      model: dashscope/m
      api_key: os.environ/K
  - model_name: zai
    litellm_params:
      model: zai/m
      api_key: os.environ/K
  - model_name: minimax
    litellm_params:
      model: minimax/m
      api_key: os.environ/K
  - model_name: nebius
    litellm_params:
      model: nebius/m
      api_key: os.environ/K
  - model_name: scaleway
    litellm_params:
      model: scaleway/m
      api_key: os.environ/K
  - model_name: ovhcloud
    litellm_params:
      model: ovhcloud/m
      api_key: os.environ/K
  - model_name: chutes
    litellm_params:
      model: chutes/m
      api_key: os.environ/K
  - model_name: hyperbolic
    litellm_params:
      model: hyperbolic/m
      api_key: os.environ/K
  - model_name: lambda-ai
    litellm_params:
      model: lambda_ai/m
      api_key: os.environ/K
  - model_name: featherless-ai
    litellm_params:
      model: featherless_ai/m
      api_key: os.environ/K
  - model_name: wandb
    litellm_params:
      model: wandb/m
      api_key: os.environ/K
  - model_name: chatgpt
    litellm_params:
      model: chatgpt/m
      api_key: os.environ/K
`,
    report: [
      "serves local",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 6 model_list: is skipped: provider moonshot is a service of others, and the entry has no api_base of its own",
      "left out 10 model_list: is skipped: provider dashscope is a service of others, and the entry has no api_base of its own",
      "left out 14 model_list: is skipped: provider zai is a service of others, and the entry has no api_base of its own",
      "left out 18 model_list: is skipped: provider minimax is a service of others, and the entry has no api_base of its own",
      "left out 22 model_list: is skipped: provider nebius is a service of others, and the entry has no api_base of its own",
      "left out 26 model_list: is skipped: provider scaleway is a service of others, and the entry has no api_base of its own",
      "left out 30 model_list: is skipped: provider ovhcloud is a service of others, and the entry has no api_base of its own",
      "left out 34 model_list: is skipped: provider chutes is a service of others, and the entry has no api_base of its own",
      "left out 38 model_list: is skipped: provider hyperbolic is a service of others, and the entry has no api_base of its own",
      "left out 42 model_list: is skipped: provider lambda_ai is a service of others, and the entry has no api_base of its own",
      "left out 46 model_list: is skipped: provider featherless_ai is a service of others, and the entry has no api_base of its own",
      "left out 50 model_list: is skipped: provider wandb is a service of others, and the entry has no api_base of its own",
      "left out 54 model_list: is skipped: provider chatgpt is a service of others, and the entry has no api_base of its own",
    ],
  },
  {
    about: "hosted prefixes with servers of one's own behind them",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: mistral/devstral
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: deepseek/r1
      api_base: http://10.1.2.3:8000/v1
  - model_name: c
    litellm_params:
      model: groq/llama
      api_base: https://api.groq.com/openai/v1
`,
    report: [
      "serves a b c",
      "honoured model_name 2,6,10; litellm_params.model 4,8,12; litellm_params.api_base 5,9,13",
    ],
  },
  {
    about: "a local server as anthropic/ and as azure/",
    text: `model_list:
  - model_name: qwen
    litellm_params:
      model: anthropic/qwen3-5-local
      api_base: http://vllm:8000
  - model_name: az
    litellm_params:
      model: azure/gpt-4o
      api_base: http://192.168.1.20:8000
`,
    report: [
      "serves qwen az",
      "honoured model_name 2,6; litellm_params.model 4,8; litellm_params.api_base 5,9",
    ],
  },
  {
    about: "azure with a key, a version and settings of its own, variables not set",
    text: `model_list:
  - model_name: local
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: az
    litellm_params:
      model: azure/gpt-4o
      api_base: os.environ/AZURE_API_BASE
      api_key: os.environ/AZURE_API_KEY
      api_version: os.environ/AZURE_VERSION
      vertex_location: eu
  - model_name: v
    litellm_params:
      model: vertex_ai/gemini-pro
      vertex_project: p
      vertex_location: us
`,
    report: [
      "serves local",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 6 model_list: is skipped: provider azure does not speak OpenAI's protocol to a server of yours",
      "left out 13 model_list: is skipped: provider vertex_ai does not speak OpenAI's protocol to a server of yours",
    ],
  },
  {
    about: "petals, predibase, baseten and jina_ai",
    text: `model_list:
  - model_name: local
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: petals
    litellm_params:
      model: petals/m
  - model_name: predibase
    litellm_params:
      model: predibase/m
  - model_name: baseten
    litellm_params:
      model: baseten/m
  - model_name: jina_ai
    litellm_params:
      model: jina_ai/m
`,
    report: [
      "serves local",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 6 model_list: is skipped: provider petals does not speak OpenAI's protocol to a server of yours",
      "left out 9 model_list: is skipped: provider predibase does not speak OpenAI's protocol to a server of yours",
      "left out 12 model_list: is skipped: provider baseten is a service of others, and the entry has no api_base of its own",
      "left out 15 model_list: is skipped: provider jina_ai does not speak OpenAI's protocol to a server of yours",
    ],
  },
  {
    about: "aiohttp_openai and oobabooga",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: aiohttp_openai/m
      api_base: http://a:8000
  - model_name: b
    litellm_params:
      model: oobabooga/m
      api_base: http://b:5000
`,
    report: ["serves a b", "honoured model_name 2,6; litellm_params.model 4,8; litellm_params.api_base 5,9"],
  },
  {
    about: "custom_llm_provider in place of a prefix",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: Qwen/Qwen3-8B
      custom_llm_provider: openai
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: mistral/Devstral
      custom_llm_provider: hosted_vllm
      api_base: http://vllm2:8000
`,
    report: [
      "serves a b",
      "honoured model_name 2,7; litellm_params.model 4,9; litellm_params.custom_llm_provider 5,10; litellm_params.api_base 6,11",
    ],
  },
  {
    about: "a model without a prefix",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: qwen3-8b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: org/unknown
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves a b",
      "honoured model_name 2,6; litellm_params.api_base 5,9",
      "differs 4,8 litellm_params.model: has no provider prefix, which LiteLLM refuses: taken as if openai/ stood before it",
    ],
  },
  {
    about: "credentials in a list of their own",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      litellm_credential_name: gpu
  - model_name: b
    litellm_params:
      model: openai/b
      litellm_credential_name: gpu
  - model_name: c
    litellm_params:
      model: openai/c
      litellm_credential_name: gpuu
credential_list:
  - credential_name: gpu
    credential_values:
      api_base: http://vllm:8000/v1
      api_key: os.environ/GPU_KEY
`,
    report: [
      "serves a b",
      "honoured credential_list 14; model_name 2,6; litellm_params.model 4,8; litellm_params.litellm_credential_name 5,9",
      "left out 11 litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names): the entry is left out",
      'left out 13 litellm_params.litellm_credential_name: found "gpuu", which is no credential_name in credential_list: did you mean "gpu"?: the entry is left out',
    ],
  },
  {
    about: "the master key from LITELLM_MASTER_KEY alone",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    env: { LITELLM_MASTER_KEY: "sk-env" },
    report: ["serves a", "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5"],
  },
  {
    about: "a database, Redis and callbacks whose variables are not set",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
litellm_settings:
  success_callback: [langfuse]
  callbacks: [prometheus]
  cache: true
  cache_params:
    type: redis
    host: os.environ/REDIS_HOST
    password: os.environ/REDIS_PASSWORD
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
  store_model_in_db: true
  alerting: [slack]
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; general_settings.master_key 15",
      "differs 8 litellm_settings.callbacks: otel and langfuse send spans over OTLP/HTTP, without prompts and answers; prometheus has nothing to turn on, since /metrics is there in any case",
      "unsupported 7 litellm_settings.success_callback: langfuse has no effect yet: set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY to where spans go",
      "unsupported 9 litellm_settings.cache: has no effect here: answers are not cached; routing_strategy prefix-affinity keeps conversations where their prompt is",
      "unsupported 10 litellm_settings.cache_params: has no effect here, as cache has none",
      "unsupported 16 general_settings.database_url: has no effect here yet: rollcall.keys: true keeps virtual keys, in SQLite",
      "unsupported 17 general_settings.store_model_in_db: is a LiteLLM setting that has no effect here",
      "unsupported 18 general_settings.alerting: has no effect here: nobody is alerted by the gateway; rules for Prometheus, whose Alertmanager knows Slack and mail, are in deploy/prometheus",
    ],
  },
  {
    about: "an address in a variable that is not set",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: os.environ/OTHER_BASE
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 9 litellm_params.api_base: environment variable OTHER_BASE is not set: the entry is left out until it is",
    ],
  },
  {
    about: "all addresses in variables that are not set",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: os.environ/A_BASE
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: os.environ/B_BASE
`,
    report: [
      "serves",
      "left out 5 litellm_params.api_base: environment variable A_BASE is not set: the entry is left out until it is",
      "left out 9 litellm_params.api_base: environment variable B_BASE is not set: the entry is left out until it is",
    ],
  },
  {
    about: "a master key as a bare number",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
general_settings:
  master_key: 1e5
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; general_settings.master_key 7",
    ],
  },
  {
    about: "a master key of twenty digits",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
general_settings:
  master_key: 98765432109876543210
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; general_settings.master_key 7",
    ],
  },
  {
    about: "a master key that is yes",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
general_settings:
  master_key: yes
`,
    report: [
      "refused",
      'error 7 general_settings.master_key: found yes without quotes, which YAML reads as true: if that is the key, write "yes"',
    ],
  },
  {
    about: "names y, n, 1e3, 3.10 and 017",
    text: `model_list:
  - model_name: y
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: n
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: 1e3
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: 3.10
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: 017
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: 12:30:45
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves y n 1e3 3.10 017 12:30:45",
      "honoured model_name 2,6,10,14,18,22; litellm_params.model 4,8,12,16,20,24; litellm_params.api_base 5,9,13,17,21,25",
    ],
  },
  {
    about: "names yes, on, true, null and a date",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: yes
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: on
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: true
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: null
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: 2024-05-13
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      'left out 6 model_name: found yes without quotes, which YAML reads as true: if that is the name, write "yes": the entry is left out',
      'left out 10 model_name: found on without quotes, which YAML reads as true: if that is the name, write "on": the entry is left out',
      'left out 14 model_name: found true without quotes: if that is the name, write "true": the entry is left out',
      'left out 18 model_name: found null without quotes: if that is the name, write "null": the entry is left out',
      'left out 22 model_name: found 2024-05-13 without quotes, which YAML reads as a date: if that is the name, write "2024-05-13": the entry is left out',
    ],
  },
  {
    about: "api_key: null and nothing",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      api_key: null
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      api_key: 
`,
    report: [
      "serves a b",
      "honoured model_name 2,7; litellm_params.model 4,9; litellm_params.api_base 5,10; litellm_params.api_key 6,11",
    ],
  },
  {
    about: "model_info that says where an entry is not served",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    model_info:
      supported_environments: [production]
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    model_info:
      blocked: true
      allowed_fails: 3
      nonsense: 1
`,
    report: [
      "serves",
      "left out 7 model_info.supported_environments: LITELLM_ENVIRONMENT is not set: the entry is left out until it is one of development, staging, production",
      "left out 13 model_info.blocked: is true: the entry is left out until it is not",
    ],
  },
  {
    about: "a host that ends in digits",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/qwen3.8
      api_base: http://qwen3.8:8000/v1
  - model_name: c
    litellm_params:
      model: openai/qwen3.6
      api_base: http://qwen3.6:8000/v1
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 9 litellm_params.api_base: found the host qwen3.8, and a name whose last part is a number is taken for an IPv4 address: name it qwen3-8 (a service of Docker Compose can have that as an alias), or write its address: the entry is left out",
      "left out 13 litellm_params.api_base: found the host qwen3.6, and a name whose last part is a number is taken for an IPv4 address: name it qwen3-6 (a service of Docker Compose can have that as an alias), or write its address: the entry is left out",
    ],
  },
  {
    about: "thinking switched off and sampling set",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      temperature: 0.7
      top_p: 0.8
      top_k: 20
      min_p: 0
      max_tokens: 8192
      presence_penalty: 1.5
      repetition_penalty: 1.05
      extra_body:
        chat_template_kwargs: {enable_thinking: false}
      merge_reasoning_content_in_choices: true
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.temperature 6; litellm_params.top_p 7; litellm_params.top_k 8; litellm_params.min_p 9; litellm_params.max_tokens 10; litellm_params.presence_penalty 11; litellm_params.repetition_penalty 12; litellm_params.extra_body 13",
      "unsupported 15 litellm_params.merge_reasoning_content_in_choices: has no effect here: reasoning reaches apps in the field in which the backend sends it",
    ],
  },
  {
    about: "headers for extra_headers",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      headers:
        X-Auth: os.environ/TOKEN
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      extra_headers:
        X-Auth: os.environ/TOKEN
`,
    report: [
      "serves a b",
      "honoured model_name 2,8; litellm_params.model 4,10; litellm_params.api_base 5,11; litellm_params.headers 6; litellm_params.extra_headers 12",
    ],
  },
  {
    about: "ssl_verify of an entry and of all",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: https://vllm:8443/v1
      ssl_verify: false
litellm_settings:
  ssl_verify: /etc/ssl/ca.pem
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.ssl_verify 6; litellm_settings.ssl_verify 8",
    ],
  },
  {
    about: "a fallback that only a wildcard serves",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: "openai/*"
    litellm_params:
      model: "openai/*"
litellm_settings:
  fallbacks: [{a: [openai/gpt-4o]}]
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_settings.fallbacks 10",
      "left out 7 litellm_params: api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1 (or that the variable OPENAI_BASE_URL names): the entry is left out",
    ],
  },
  {
    about: "fallbacks to entries that are left out",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: cloud
    litellm_params:
      model: azure/gpt
  - model_name: bad
    litellm_params:
      model: openai/b
      api_base: gpu-2
router_settings:
  fallbacks: [{a: [cloud, bad]}]
  context_window_fallbacks: [{a: [cloud]}]
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; router_settings.fallbacks 14; router_settings.context_window_fallbacks 15",
      "left out 6 model_list: is skipped: provider azure does not speak OpenAI's protocol to a server of yours",
      'left out 12 litellm_params.api_base: found "gpu-2", expected a URL such as http://host:8000/v1 (http:// or https:// is missing): the entry is left out',
    ],
  },
  {
    about: "a fallback mistyped",
    text: `model_list:
  - model_name: qwen3-coder
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
router_settings:
  fallbacks: [{qwen3-coder: [qwen3-codr]}]
`,
    report: [
      "refused",
      'error 7 router_settings.fallbacks[0].qwen3-coder[0]: "qwen3-codr" is not a model_name in model_list: did you mean "qwen3-coder"?',
    ],
  },
  {
    about: "a wildcard to one server",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: "qwen-*"
    litellm_params:
      model: openai/qwen
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves a qwen-*",
      "honoured model_name 2,6; litellm_params.model 4,8; litellm_params.api_base 5,9",
    ],
  },
  {
    about: "localhost in a container, of many entries",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: http://localhost:8000/v1
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: http://localhost:8000/v1
  - model_name: c
    litellm_params:
      model: openai/c
      api_base: http://localhost:8000/v1
  - model_name: d
    litellm_params:
      model: openai/d
      api_base: http://localhost:8000/v1
`,
    report: [
      "serves a b c d",
      "honoured model_name 2,6,10,14; litellm_params.model 4,8,12,16; litellm_params.api_base 5,9,13,17",
      "warning 5,9,13,17 model_list[0].litellm_params.api_base: localhost inside a container is the container itself: use the other container's name, host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right only for a server in this very container or pod",
    ],
  },
  {
    about: "${VARIABLE} as in compose files",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: "\${VLLM_URL}"
  - model_name: c
    litellm_params:
      model: openai/c
      api_base: http://vllm:8000/v1
      api_key: "\${KEY}"
general_settings:
  master_key: sk-1
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; general_settings.master_key 16",
      'left out 9 litellm_params.api_base: found "${VLLM_URL}", and nothing fills in VLLM_URL: put the whole URL into a variable and write os.environ/VLLM_URL: the entry is left out',
      "left out 14 litellm_params.api_key: is a variable that nothing fills in here: write os.environ/KEY: the entry is left out",
    ],
  },
  {
    about: "${MASTER_KEY} as the master key",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
general_settings:
  master_key: "\${MASTER_KEY}"
`,
    report: [
      "refused",
      "error 7 general_settings.master_key: is a variable that nothing fills in here: write os.environ/MASTER_KEY",
    ],
  },
  {
    about: "os.environ/ within a URL",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: http://os.environ/BHOST:8000
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      'left out 9 litellm_params.api_base: found "http://os.environ/BHOST:8000", but os.environ/ is read only where nothing stands before and after it: put the whole URL into BHOST and write os.environ/BHOST: the entry is left out',
    ],
  },
  {
    about: "two documents",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
---
model_list:
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: [
      "refused",
      "error 6 : not valid YAML: a second document begins here: take out the line --- or keep one document a file",
    ],
  },
  {
    about: "model_lst",
    text: `model_lst:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: ["refused", 'error 1 : model_list is missing: is "model_lst" meant to be it?'],
  },
  {
    about: "litelm_params and model_nam",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litelm_params:
      model: openai/b
  - model_nam: c
    litellm_params:
      model: openai/c
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      'left out 6 model_list: litellm_params is missing: is "litelm_params" meant to be it?: the entry is left out',
      'left out 9 model_list: model_name is missing: is "model_nam" meant to be it?: the entry is left out',
    ],
  },
  {
    about: "sections mistyped",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
litelm_settings:
  num_retries: 2
router_setting:
  num_retries: 2
general_settings:
  masterkey: sk-1
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      'warning 6 litelm_settings: unknown key, no effect: did you mean "litellm_settings"?',
      'warning 8 router_setting: unknown key, no effect: did you mean "router_settings"?',
      'warning 11 general_settings.masterkey: unknown key, no effect: did you mean "master_key"?',
    ],
  },
  {
    about: "service_callback and other settings of LiteLLM's alone",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
litellm_settings:
  service_callback: [prometheus_system]
  set_verbose: true
  json_logs: true
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "differs 7 litellm_settings.service_callback: otel and langfuse send spans over OTLP/HTTP, without prompts and answers; prometheus has nothing to turn on, since /metrics is there in any case",
      "unsupported 8 litellm_settings.set_verbose: is a LiteLLM setting that has no effect here",
      "unsupported 9 litellm_settings.json_logs: is a LiteLLM setting that has no effect here",
    ],
  },
  {
    about: "the same key twice",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
litellm_settings:
  num_retries: 2
litellm_settings:
  num_retries: 3
`,
    report: ["refused", "error 8 : not valid YAML: Map keys must be unique"],
  },
  {
    about: "rpm and tpm beside litellm_params",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    rpm: 100
    tpm: 1000
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "warning 6 model_list[0].rpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
      "warning 7 model_list[0].tpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
    ],
  },
  {
    about: "replicas with weights, orders and limits",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      weight: 2
      order: 1
      rpm: 60
      max_parallel_requests: 8
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm-2:8000/v1
      order: 2
      timeout: 30
      stream_timeout: 5
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 3
  timeout: 60
  allowed_fails: 3
  cooldown_time: 30
  model_group_alias:
    gpt-4: a
    gpt-3.5-turbo: {model: a, hidden: true}
`,
    report: [
      "serves a",
      "honoured model_name 2,10; litellm_params.model 4,12; litellm_params.api_base 5,13; litellm_params.weight 6; litellm_params.order 7,14; litellm_params.max_parallel_requests 9; litellm_params.timeout 15; litellm_params.stream_timeout 16; router_settings.routing_strategy 18; router_settings.num_retries 19; router_settings.timeout 20; router_settings.allowed_fails 21; router_settings.cooldown_time 22; router_settings.model_group_alias 23",
      "differs 8 litellm_params.rpm: a weight where routing_strategy is simple-shuffle, and no limit",
    ],
  },
  {
    about: "a strategy that is not here",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
router_settings:
  routing_strategy: usage-based-routing
  enable_pre_call_checks: true
  redis_host: os.environ/REDIS_HOST
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "differs 7 router_settings.routing_strategy: usage-based-routing is not implemented: two random choices over requests under way are used instead",
      "unsupported 8 router_settings.enable_pre_call_checks: is a LiteLLM setting that has no effect here",
      "unsupported 9 router_settings.redis_host: is a LiteLLM setting that has no effect here",
    ],
  },
  {
    about: "allowed fails by kind of error",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
router_settings:
  allowed_fails_policy:
    TimeoutErrorAllowedFails: 3
    RateLimitErrorAllowedFails: 10
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; router_settings.allowed_fails_policy 7",
      "differs 9 router_settings.allowed_fails_policy.RateLimitErrorAllowedFails: differs from LiteLLM: a deployment that says so is left alone for as long as it asks, from the first time on",
    ],
  },
  {
    about: "anchors and merge keys",
    text: `x-vllm: &vllm
  api_base: http://vllm:8000/v1
  api_key: none
model_list:
  - model_name: a
    litellm_params:
      <<: *vllm
      model: openai/a
  - model_name: b
    litellm_params:
      <<: *vllm
      model: openai/b
`,
    report: [
      "serves a b",
      "honoured model_name 5,9; litellm_params.api_base 6,10; litellm_params.api_key 6,10; litellm_params.model 8,12",
      "warning 1 x-vllm: unknown key, no effect",
    ],
  },
  {
    about: "a BOM, CRLF and a tab after a colon",
    text: '\ufeffmodel_list:\r\n  - model_name:\ta\r\n    litellm_params: {model: openai/a, api_base: "http://vllm:8000"}\r\n',
    report: ["serves a", "honoured model_name 2; litellm_params.model 3; litellm_params.api_base 3"],
  },
  {
    about: "numbers and booleans as text",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      rpm: "60"
      timeout: "30"
litellm_settings:
  num_retries: "2"
  drop_params: "true"
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.timeout 7; litellm_settings.num_retries 9; litellm_settings.drop_params 10",
      "differs 6 litellm_params.rpm: a weight where routing_strategy is simple-shuffle, and no limit",
    ],
  },
  {
    about: "an entry whose numbers are none",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      timeout: soon
  - model_name: c
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
      rpm: many
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      'left out 10 litellm_params.timeout: found "soon", expected a number: the entry is left out',
      'left out 15 litellm_params.rpm: found "many", expected a number: the entry is left out',
    ],
  },
  {
    about: "the whole route as api_base, and base_url",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: http://vllm:8000/v1/chat/completions
  - model_name: b
    litellm_params:
      model: openai/b
      base_url: http://vllm-2:8000/
  - model_name: c
    litellm_params:
      model: openai/c
      api_base: "http://[::1]:8000/v1"
`,
    report: [
      "serves a b c",
      "honoured model_name 2,6,10; litellm_params.model 4,8,12; litellm_params.api_base 5,13; litellm_params.base_url 9",
      "warning 13 model_list[2].litellm_params.api_base: [::1] inside a container is the container itself: use the other container's name, host.docker.internal with extra_hosts: [host.docker.internal:host-gateway], or the host's address on the bridge (172.17.0.1). It is right only for a server in this very container or pod",
    ],
  },
  {
    about: "hosted services alone",
    text: `model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o
      api_key: k
  - model_name: claude
    litellm_params:
      model: anthropic/claude
`,
    report: [
      "refused",
      "left out 2 model_list: is skipped: provider azure does not speak OpenAI's protocol to a server of yours",
      "left out 6 model_list: is skipped: provider anthropic does not speak OpenAI's protocol to a server of yours",
      "error 1 model_list: has no deployment that can be served: add an entry with model and api_base",
    ],
  },
  {
    about: "an empty model_list",
    text: `model_list: []
general_settings:
  master_key: sk-1
`,
    report: [
      "refused",
      "error 1 model_list: has no deployment that can be served: add an entry with model and api_base",
    ],
  },
  {
    about: "general_settings with nothing in it",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
general_settings:
litellm_settings:
router_settings:
`,
    report: ["serves a", "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5"],
  },
  {
    about: "guardrails, MCP servers and a vector store",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
guardrails:
  - guardrail_name: g
mcp_servers:
  m: {url: http://mcp}
vector_store_registry: []
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "unsupported 6 guardrails: has no effect here: prompts and answers pass as they are, so what has to be looked at must be before or behind the gateway",
      "unsupported 8 mcp_servers: is a LiteLLM setting that has no effect here",
      "unsupported 10 vector_store_registry: is a LiteLLM setting that has no effect here",
    ],
  },
  {
    about: "environment_variables and their use",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: os.environ/GPU
environment_variables:
  GPU: http://gpu-1:8000
  LANGFUSE_SECRET_KEY: os.environ/NOWHERE
`,
    report: [
      "serves a",
      "honoured environment_variables 6; model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "warning 8 environment_variables.LANGFUSE_SECRET_KEY: environment variable NOWHERE is not set: it is left out",
    ],
  },
  {
    about: "Rollcall's own settings, one mistyped",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
rollcall:
  prober:
    intervall: 2s
`,
    report: ["refused", 'error 8 rollcall.prober.intervall: unknown key: did you mean "interval"?'],
  },
  {
    about: "Rollcall's own settings",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
rollcall:
  queue: {size: 100}
  gateway:
    workers: 2
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; rollcall.gateway.workers 9; rollcall.queue.size 7",
    ],
  },
  {
    about: "two entries of one server that contradict each other, and an id twice",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: http://vllm:8000
    model_info: {id: one, kind: vllm}
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: http://vllm:8000
    model_info: {kind: ollama}
  - model_name: c
    litellm_params:
      model: openai/c
      api_base: http://vllm-3:8000
    model_info: {id: one}
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; model_info.id 6; model_info.kind 6",
      "left out 11 model_info.kind: found ollama, but an earlier entry for the same server says vllm: give both the same kind: the entry is left out",
      'left out 16 model_info.id: "one" is already the id of model_list[0]: ids must differ: the entry is left out',
    ],
  },
  {
    about: "a key in the URL, and a query",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: http://user:secret@gpu:8000/v1
  - model_name: c
    litellm_params:
      model: openai/c
      api_base: http://gpu:8000/v1?key=1
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "left out 9 litellm_params.api_base: has a user name or password in the URL: put the key into api_key, or a header into extra_headers: the entry is left out",
      "left out 13 litellm_params.api_base: has a query or fragment: leave only scheme, host, port and path: the entry is left out",
    ],
  },
  {
    about: "one wildcard for each of two servers, a fallback to a name of it",
    text: `model_list:
  - model_name: "vllm/*"
    litellm_params:
      model: hosted_vllm/*
      api_base: http://vllm:8000/v1
  - model_name: "*"
    litellm_params:
      model: ollama_chat/*
      api_base: http://ollama:11434
  - model_name: coder
    litellm_params:
      model: hosted_vllm/qwen3-coder-30b
      api_base: http://vllm:8000/v1
router_settings:
  fallbacks:
    - coder: [vllm/qwen3-30b]
    - "vllm/*": [coder]
  model_group_alias:
    gpt-4o: vllm/qwen3-30b
    secret: {model: coder, hidden: true}
`,
    report: [
      "serves vllm/* * coder",
      "honoured model_name 2,6,10; litellm_params.model 4,8,12; litellm_params.api_base 5,9,13; router_settings.fallbacks 15; router_settings.model_group_alias 18",
    ],
  },
  {
    about: "a wildcard whose model has a star of its own",
    text: `model_list:
  - model_name: everything
    litellm_params:
      model: openai/*
      api_base: http://vllm:8000/v1
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
`,
    report: [
      "serves a",
      "honoured model_name 6; litellm_params.model 8; litellm_params.api_base 9",
      'left out 4 litellm_params.model: found "openai/*", whose * nothing in model_name stands for: the entry is left out',
    ],
  },
  {
    about: "free and paid by tags",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-8b
      api_base: http://small:8000/v1
      tags: [free, default]
  - model_name: a
    litellm_params:
      model: openai/qwen3-30b
      api_base: http://large:8000/v1
      tags: ["paid"]
      tag_regex: ["^User-Agent: claude-code/"]
      num_retries: 1
router_settings:
  enable_tag_filtering: true
  tag_filtering_match_any: false
`,
    report: [
      "serves a",
      "honoured model_name 2,7; litellm_params.model 4,9; litellm_params.api_base 5,10; litellm_params.tags 6,11; litellm_params.num_retries 13; router_settings.enable_tag_filtering 15; router_settings.tag_filtering_match_any 16",
      "unsupported 12 litellm_params.tag_regex: has no effect here: the header User-Agent chooses no deployment, tags do",
    ],
  },
  {
    about: "an environment of its own",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    model_info:
      supported_environments: [production, staging]
      access_groups: [beta]
  - model_name: b
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    model_info:
      supported_environments: [development]
`,
    env: { LITELLM_ENVIRONMENT: "staging" },
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; model_info.supported_environments 7; model_info.access_groups 8",
      "left out 14 model_info.supported_environments: the entry is left out: LITELLM_ENVIRONMENT is staging",
    ],
  },
  {
    about: "OpenAI with two organizations",
    text: `model_list:
  - model_name: gpt
    litellm_params:
      model: openai/gpt-4o
      api_base: https://api.openai.com/v1
      api_key: os.environ/OPENAI_API_KEY
      organization: [org-one, org-two]
`,
    report: [
      "serves gpt",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5; litellm_params.api_key 6; litellm_params.organization 7",
    ],
  },
  {
    about: "an admission queue, Slack and a cache",
    text: `model_list:
  - model_name: a
    litellm_params:
      model: openai/qwen3-coder-30b
      api_base: http://vllm:8000/v1
    rpm: 60
    model_info:
      tpm: 1000
litellm_settings:
  cache: true
  cache_params: {type: local}
  success_callback: [langfuse]
  failure_callback: [langfuse]
general_settings:
  alerting: [slack]
  alerting_threshold: 300
  max_in_flight_requests_per_worker: 100
  max_queued_requests_per_worker: 50
  admission_queue_timeout_seconds: 5
`,
    report: [
      "serves a",
      "honoured model_name 2; litellm_params.model 4; litellm_params.api_base 5",
      "differs 17 general_settings.max_in_flight_requests_per_worker: no limit here: it turns on the queue, in which requests wait while a model loads; max_parallel_requests of an entry and rollcall.gateway.max_connections are limits",
      "differs 18 general_settings.max_queued_requests_per_worker: beside max_in_flight_requests_per_worker: how many of a worker's requests may wait while a model loads, as rollcall.queue.size says for all workers",
      "differs 19 general_settings.admission_queue_timeout_seconds: beside max_in_flight_requests_per_worker: how long one may wait while a model loads, as rollcall.queue.time",
      "unsupported 10 litellm_settings.cache: has no effect here: answers are not cached; routing_strategy prefix-affinity keeps conversations where their prompt is",
      "unsupported 11 litellm_settings.cache_params: has no effect here, as cache has none",
      "unsupported 12 litellm_settings.success_callback: langfuse has no effect yet: set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY to where spans go",
      "unsupported 13 litellm_settings.failure_callback: langfuse has no effect yet: set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY to where spans go",
      "unsupported 15 general_settings.alerting: has no effect here: nobody is alerted by the gateway; rules for Prometheus, whose Alertmanager knows Slack and mail, are in deploy/prometheus",
      "unsupported 16 general_settings.alerting_threshold: has no effect here, as alerting has none",
      "warning 6 model_list[0].rpm: belongs under litellm_params; where it stands it has no effect (in LiteLLM neither)",
      "warning 8 model_list[0].model_info.tpm: belongs under litellm_params; in model_info it has no effect",
    ],
  },
];
