import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const completions: Endpoint = {
  name: "completions",
  method: "POST",
  paths: openaiPaths("/completions"),
  upstreamPath: "/completions",
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
  canary: { modes: ["completion"], body: (model, tokens) => ({ model, prompt: "Hi", max_tokens: tokens }) },
  probe: { body: { model: 0, prompt: 0 } },
};
