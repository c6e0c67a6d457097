import { anthropicPaths, type Endpoint } from "./endpoint.ts";

export const messagesCountTokens: Endpoint = {
  name: "messages_count_tokens",
  method: "POST",
  paths: anthropicPaths("/messages/count_tokens"),
  upstreamPath: "/messages/count_tokens",
  below: "api",
  dialect: "anthropic",
  model: "json",
  response: { model: [], content: "input_tokens", usage: [], events: null },
  counts: [],
  servedBy: ["vllm", "sglang", "llamacpp"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, messages: 0 } },
};
