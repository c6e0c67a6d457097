import type { Feature } from "./features.ts";

export const LANGUAGES = ["javascript", "python"] as const;

export type Language = (typeof LANGUAGES)[number];

export const REGISTRIES: Readonly<Record<Language, string>> = { javascript: "npm", python: "PyPI" };

/** One client, or one way to use it. */
export interface Client {
  /** As the page has it. */
  readonly name: string;
  readonly language: Language;
  /** The file in the folder of its language. */
  readonly script: string;
  /** The packages whose versions count, as their registry calls them. */
  readonly packages: readonly string[];
  /** What its script tries. */
  readonly features: readonly Feature[];
  /** Python's clients that do not go with the newest of the others live apart. */
  readonly environment?: PythonEnvironment;
  readonly requires?: readonly Requirement[];
  /** What cannot work, and why: it is tried all the same, and has to fail. */
  readonly fails?: Partial<Record<Feature, string>>;
}

/** What must be on the machine, of this machine's kind, or in the gateway. */
export type Requirement = "chromium" | "cors" | "claude-code" | "codex";

/** A file of pinned requirements each. */
export const PYTHON_ENVIRONMENTS = ["requirements", "requirements-openai-2"] as const;

export type PythonEnvironment = (typeof PYTHON_ENVIRONMENTS)[number];

const CHAT = ["chat", "stream", "tools", "tools-stream", "structured", "agent", "cut"] as const;
const RESPONSES = ["responses", "responses-stream", "responses-tools", "responses-structured"] as const;
const AGENT = ["responses", "responses-stream", "responses-structured", "responses-agent"] as const;
const AUDIO = ["transcription", "transcription-stream", "translation", "speech"] as const;
const ERRORS = ["wrong-key", "unknown-model"] as const;
const LEAVING = ["timeout", "abort"] as const;

const OPENAI: readonly Feature[] = [
  ...CHAT,
  ...(["completions", "completions-stream", "embeddings"] as const),
  ...RESPONSES,
  ...(["responses-retrieve", "responses-cut"] as const),
  ...AUDIO,
  ...(["image", "models"] as const),
  ...ERRORS,
  ...LEAVING,
];

const AZURE: readonly Feature[] = [
  ...(["chat", "stream", "tools", "completions", "embeddings", "responses"] as const),
  ...ERRORS,
];

const ANTHROPIC: readonly Feature[] = [
  ...(["messages", "messages-stream", "messages-tools", "messages-count", "messages-cut"] as const),
  "messages-models",
  ...ERRORS,
  ...LEAVING,
];

const LANGCHAIN: readonly Feature[] = [
  ...(["chat", "stream", "tools", "structured", "agent", "cut", "completions", "embeddings"] as const),
  ...RESPONSES,
  ...ERRORS,
  "abort",
];

const AGENTS: readonly Feature[] = [
  ...AGENT,
  ...(["chat", "stream", "structured", "agent"] as const),
  ...ERRORS,
];

const JAVASCRIPT: readonly Omit<Client, "language">[] = [
  { name: "openai", script: "openai.mjs", packages: ["openai"], features: OPENAI },
  { name: "openai, AzureOpenAI", script: "azure-openai.mjs", packages: ["openai"], features: AZURE },
  {
    name: "@anthropic-ai/sdk",
    script: "anthropic.mjs",
    packages: ["@anthropic-ai/sdk"],
    features: [...ANTHROPIC, "messages-agent"],
  },
  {
    name: "ai, @ai-sdk/openai",
    script: "ai-sdk-openai.mjs",
    packages: ["ai", "@ai-sdk/openai"],
    features: [
      ...RESPONSES,
      ...(["responses-agent", "responses-cut"] as const),
      ...CHAT,
      ...(["completions", "completions-stream", "embeddings"] as const),
      ...(["transcription", "speech", "image"] as const),
      ...ERRORS,
      "abort",
    ],
  },
  {
    name: "ai, @ai-sdk/openai-compatible",
    script: "ai-sdk-openai-compatible.mjs",
    packages: ["ai", "@ai-sdk/openai-compatible"],
    features: [...CHAT, ...(["completions", "embeddings", "image"] as const), ...ERRORS, "abort"],
  },
  {
    name: "ai, @ai-sdk/anthropic",
    script: "ai-sdk-anthropic.mjs",
    packages: ["ai", "@ai-sdk/anthropic"],
    features: [
      ...(["messages", "messages-stream", "messages-tools", "messages-structured"] as const),
      ...(["messages-agent", "messages-cut"] as const),
      ...ERRORS,
      "abort",
    ],
  },
  {
    name: "@langchain/openai",
    script: "langchain.mjs",
    packages: ["@langchain/openai", "@langchain/core"],
    features: LANGCHAIN,
  },
  { name: "@openai/agents", script: "openai-agents.mjs", packages: ["@openai/agents"], features: AGENTS },
  {
    name: "cohere-ai, Client and ClientV2",
    script: "cohere.mjs",
    packages: ["cohere-ai"],
    features: ["rerank", ...ERRORS],
  },
  { name: "ws", script: "realtime.mjs", packages: ["ws"], features: ["realtime"] },
  {
    name: "a page in Chromium: fetch, openai",
    script: "browser.mjs",
    packages: ["openai", "playwright-core"],
    requires: ["chromium", "cors"],
    features: ["chat", "stream", "responses-stream", "models", "wrong-key"],
  },
  {
    name: "Claude Code",
    script: "claude-code.mjs",
    packages: ["@anthropic-ai/claude-code"],
    requires: ["claude-code"],
    features: ["messages-stream", "messages-agent", ...ERRORS],
  },
  {
    name: "Codex",
    script: "codex.mjs",
    packages: ["@openai/codex"],
    requires: ["codex"],
    features: ["responses-agent", ...ERRORS],
  },
];

const PYTHON: readonly Omit<Client, "language">[] = [
  {
    name: "openai",
    script: "openai_client.py",
    packages: ["openai"],
    // Its SDK runs no tools by itself.
    features: OPENAI.filter((feature) => feature !== "agent"),
  },
  { name: "openai, AzureOpenAI", script: "azure_openai.py", packages: ["openai"], features: AZURE },
  { name: "anthropic", script: "anthropic_client.py", packages: ["anthropic"], features: ANTHROPIC },
  {
    name: "langchain-openai, ChatOpenAI and AzureChatOpenAI",
    script: "langchain_client.py",
    packages: ["langchain-openai"],
    features: LANGCHAIN,
  },
  { name: "openai-agents", script: "openai_agents.py", packages: ["openai-agents"], features: AGENTS },
  {
    name: "pydantic-ai",
    script: "pydantic_ai_client.py",
    packages: ["pydantic-ai-slim"],
    features: [
      ...AGENTS,
      ...(["messages", "messages-stream", "messages-structured", "messages-agent"] as const),
    ],
  },
  {
    name: "llama-index, OpenAILike",
    script: "llama_index_client.py",
    packages: ["llama-index-llms-openai-like", "llama-index-embeddings-openai-like"],
    environment: "requirements-openai-2",
    features: [
      ...(["chat", "stream", "tools", "structured", "cut"] as const),
      ...(["completions", "completions-stream", "embeddings"] as const),
      ...ERRORS,
    ],
  },
  {
    name: "haystack",
    script: "haystack_client.py",
    packages: ["haystack-ai"],
    features: [
      ...(["chat", "stream", "tools", "embeddings"] as const),
      ...(["responses", "responses-stream", "responses-tools"] as const),
      ...ERRORS,
    ],
  },
  {
    name: "instructor",
    script: "instructor_client.py",
    packages: ["instructor"],
    environment: "requirements-openai-2",
    features: ["tools", "tools-stream", "structured", "responses-structured", ...ERRORS],
  },
  {
    name: "cohere, Client and ClientV2",
    script: "cohere_client.py",
    packages: ["cohere"],
    features: ["rerank", ...ERRORS],
  },
  {
    name: "litellm",
    script: "litellm_client.py",
    packages: ["litellm"],
    features: [
      ...(["chat", "stream", "tools", "cut", "completions", "embeddings"] as const),
      ...(["responses", "responses-stream", "messages", "messages-stream", "rerank"] as const),
      ...(["transcription", "speech", "image", "model-info"] as const),
      ...ERRORS,
    ],
  },
  {
    name: "smolagents",
    script: "smolagents_client.py",
    packages: ["smolagents"],
    features: ["chat", "stream", "tools", "agent", ...ERRORS],
  },
];

/** A new client is its script and its entry here. */
export const CLIENTS: readonly Client[] = [
  ...JAVASCRIPT.map((client) => ({ ...client, language: "javascript" as const })),
  ...PYTHON.map((client) => ({ ...client, language: "python" as const })),
];
