import { anthropicPaths, type Endpoint } from "./endpoint.ts";

export const messages: Endpoint = {
  name: "messages",
  method: "POST",
  paths: anthropicPaths("/messages"),
  upstreamPath: "/messages",
  below: "api",
  dialect: "anthropic",
  model: "json",
  response: {
    model: [["model"]],
    content: "content",
    usage: ["usage"],
    events: {
      model: [["message", "model"]],
      usage: [["message", "usage"], ["usage"]],
      named: true,
      opening: ["message_start", "ping", "content_block_start"],
      terminal: ["message_stop"],
      finish: "stop_reason",
    },
  },
  counts: ["tokens"],
  servedBy: ["vllm", "sglang", "llamacpp", "ollama"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, messages: 0, max_tokens: 0 } },
};
