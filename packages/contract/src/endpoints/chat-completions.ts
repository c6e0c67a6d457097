import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const chatCompletions: Endpoint = {
  name: "chat_completions",
  method: "POST",
  paths: openaiPaths("/chat/completions"),
  upstreamPath: "/chat/completions",
  below: "api",
  dialect: "openai",
  model: "json",
  response: {
    model: [["model"]],
    content: "choices",
    usage: ["usage"],
    events: {
      model: [["model"]],
      usage: [["usage"]],
      named: false,
      opening: [],
      terminal: ["[DONE]"],
      finish: "finish_reason",
    },
  },
  counts: ["tokens"],
  servedBy: "all",
  resend: "always",
  sticky: false,
  canary: {
    modes: ["chat", "responses"],
    body: (model, tokens) => ({ model, messages: [{ role: "user", content: "Hi" }], max_tokens: tokens }),
  },
  probe: { body: { model: 0, messages: 0 } },
};
